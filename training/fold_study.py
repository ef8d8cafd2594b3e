"""The fold study: trains every plan of training/recipes/folding.toml for every seed, measures each, writes the results.

    python training/fold_study.py train training/recipes/folding.toml DATA RUN [--seed 1]
    python training/fold_study.py measure training/recipes/folding.toml DATA RUN [--out docs/folding]

`train` takes all plans of a seed through the same streams side by side (making streams costs as much as a plan's step)
and goes on where it stopped; run one process for each seed. `measure` exports int8 model files, runs them in the engine
(`npm run build` first) over streams of held-out speakers, and writes results.json, tables.md and the plots.
"""

from __future__ import annotations

import argparse
import json
import statistics as numbers
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import numpy as np
import torch
from tqdm import tqdm

from export import export
from foldvox_training.corpus import default_cache, load_corpus
from foldvox_training.distributed import Group
from foldvox_training.folding_report import write_report
from foldvox_training.learner import Learner
from foldvox_training.recipe import Recipe, make_config, read_table
from foldvox_training.trainer import statistics, write_checkpoint
from foldvox_training.workers import stream_workers
from make_manifests import joined, write

COMMAND = ["node", str(Path(__file__).parent.parent / "build" / "cli.js")]
SAVE_MINUTES = 5.0
JOINED_STREAMS = 3000
TIMING_ROUNDS = 5


class Plan(NamedTuple):
    name: str
    about: str
    config: Dict[str, Any]

    def file(self, seed: int) -> str:
        return f"{self.name.replace(' ', '-')}.{seed}"


class Study(NamedTuple):
    plans: List[Plan]
    training: Dict[str, Any]


def read_study(path: Path) -> Study:
    """Every plan is the table [encoder] with the plan's own fields in place."""
    table = read_table(path)
    plans = []
    for plan in table["plan"]:
        name, about = plan.pop("name"), plan.pop("about")
        plans.append(Plan(name, about, make_config(name, table["words"], {**table["encoder"], **plan}, table["head"])))
    return Study(plans, table["training"])


def train(study: Study, args: argparse.Namespace, seed: int) -> None:
    """All plans of one seed, to RUN/SEED.pt: the state of every learner, and of the streams."""
    torch.set_num_threads(args.threads)
    group, checkpoint = Group.join(), args.run / f"{seed}.pt"
    learners = []
    for plan in study.plans:
        torch.manual_seed(seed)
        learners.append(Learner(plan.config, study.training, group))
    step, measured = 0, None
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=group.device)
        step, measured = saved["step"], saved["statistics"]
        for learner, state in zip(learners, saved["learners"]):
            learner.load(state)
    corpus = load_corpus(args.data, args.cache, study.plans[0].config["tokens"][1:])
    recipe = Recipe(study.plans[0].config, study.training)
    with stream_workers(corpus, recipe, study.training["batch"], 1, [seed, step]) as batches:
        measured = measured or statistics([batches.next(group.device) for _ in range(4)])
        saved_at = time.time()
        for step in tqdm(range(step, study.training["steps"]), desc=f"seed {seed}", initial=step):
            batch, progress = batches.next(group.device), step / study.training["steps"]
            losses = [learner.learn(batch, *measured, progress) for learner in learners]
            last = step + 1 == study.training["steps"]
            if last or time.time() - saved_at > SAVE_MINUTES * 60:
                saved_at = time.time()
                states = [learner.state() for learner in learners]
                write_checkpoint(checkpoint, {"step": step + 1, "statistics": measured, "learners": states})
                tqdm.write(f"step {step + 1}: " + ", ".join(f"{p.name} {x:.2f}" for p, x in zip(study.plans, losses)))


def measure(study: Study, args: argparse.Namespace) -> List[Dict[str, Any]]:
    """Per plan: what `inspect` says, errors of every stream by seed, and the median real-time factor."""
    corpus = load_corpus(args.data, args.cache, study.plans[0].config["tokens"][1:])
    write(args.run, "joined", joined(corpus, "heldout", JOINED_STREAMS))
    manifest = args.run / "joined.tsv"
    results: List[Dict[str, Any]] = []
    seeds = [seed for seed in study.training["seeds"] if (args.run / f"{seed}.pt").exists()]
    for seed in seeds:
        saved = torch.load(args.run / f"{seed}.pt", map_location="cpu")
        mean, invstddev = saved["statistics"]
        for plan, state in zip(study.plans, saved["learners"]):
            checkpoint = {**state, "recipe": {"config": plan.config}, "mean": mean, "inv": invstddev}
            export(checkpoint, args.run / f"{plan.file(seed)}.safetensors", "int8", 0.0)
    for plan in tqdm(study.plans, desc="word errors"):
        model = args.run / f"{plan.file(seeds[0])}.safetensors"
        result = {"name": plan.name, "about": plan.about, "cost": foldvox("inspect", model, "--json"), "errors": {}}
        for seed in seeds:
            utterances = args.run / f"{plan.file(seed)}.jsonl"
            model = args.run / f"{plan.file(seed)}.safetensors"
            foldvox("evaluate", model, manifest, "--json", "--utterances", utterances)
            rows = [json.loads(line) for line in utterances.read_text().splitlines()]
            result["errors"][seed] = [row["errors"] for row in rows if row["text"]]
            result["speakers"] = [row["speaker"] for row in rows if row["text"]]
            result["words"] = [len(row["text"].split()) for row in rows if row["text"]]
        results.append(result)
    # Interleaved, so that a slow minute of the machine meets every plan.
    factors: Dict[str, List[float]] = {plan.name: [] for plan in study.plans}
    write(args.run, "timing", joined(corpus, "valid", 100))
    for _ in tqdm(range(TIMING_ROUNDS), desc="real-time factors"):
        for plan in study.plans:
            model = args.run / f"{plan.file(seeds[0])}.safetensors"
            factors[plan.name].append(foldvox("evaluate", model, args.run / "timing.tsv", "--json")["rtf"])
    for result in results:
        result["rtf"] = numbers.median(factors[result["name"]])
    return results


def foldvox(*arguments: Any) -> Any:
    """The JSON that the command prints."""
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("train", "measure"))
    parser.add_argument("recipe", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("docs/folding"))
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    study = read_study(args.recipe)
    args.run.mkdir(parents=True, exist_ok=True)
    if args.action == "train":
        np.random.seed(0)
        for seed in [args.seed] if args.seed else study.training["seeds"]:
            train(study, args, seed)
    else:
        write_report(measure(study, args), study.training, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
