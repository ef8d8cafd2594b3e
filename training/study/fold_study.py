"""The fold study: trains every plan of a recipe for every seed, measures each, writes the results.

    python -m training.study.fold_study train training/recipes/folding.toml DATA RUN [--seed 1]
    python -m training.study.fold_study measure training/recipes/folding.toml DATA RUN [--out docs/folding]

`train` takes all plans of a seed through the same streams side by side (making streams costs as much as a plan's step)
and goes on where it stopped; run one process for each seed. `measure` exports int8 model files, runs them in the engine
(`npm run build` first) over streams of held-out speakers, times plans of torchaudio's base dimensions beside the
unfolded model (untrained), and writes results.json, tables.md and the plots.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import torch
from tqdm import tqdm

from training.product.export import export
from training.product.learning.corpus import default_cache, load_corpus
from training.product.learning.distributed import Group
from training.product.learning.learner import Learner
from training.product.learning.teacher import Teacher
from training.product.learning.trainer import statistics, write_checkpoint
from training.product.learning.workers import stream_workers
from training.product.make_manifests import joined, write
from training.product.model.emformer import FoldvoxModel
from training.product.model.recipe import Recipe, make_config, read_table
from training.study.engine import Plan, cost, real_time_factors, word_errors
from training.study.report import write_report

SAVE_MINUTES = 5.0
JOINED_STREAMS = 3000
TIMING_STREAMS, TIMING_ROUNDS = 100, 5
BASE_STREAMS = 10


class Study(NamedTuple):
    """`plans` are trained; `base` are of torchaudio's base dimensions, and only timed."""

    plans: List[Plan]
    base: List[Plan]
    training: Dict[str, Any]


def read_study(path: Path) -> Study:
    table = read_table(path)

    def plans(of: Dict[str, Any]) -> List[Plan]:
        """Every plan is the table [encoder] with the plan's own fields in place."""
        read = []
        for plan in of["plan"]:
            name, about = plan.pop("name"), plan.pop("about")
            config = make_config(name, table["words"], {**of["encoder"], **plan}, table["head"])
            read.append(Plan(name, about, config))
        return read

    return Study(plans(table), plans(table["base"]) if "base" in table else [], table["training"])


def train(study: Study, args: argparse.Namespace, seed: int) -> None:
    """All plans of one seed, to RUN/SEED.pt: the state of every learner, and of the streams."""
    torch.set_num_threads(args.threads)
    group, checkpoint = Group.join(), args.run / f"{seed}.pt"
    learners = []
    for plan in study.plans:
        torch.manual_seed(seed)
        learners.append(Learner(plan.config, study.training, group))
    step, minutes, measured = 0, 0.0, None
    teacher = Teacher(Path(study.training["teacher"]), group.device) if "teacher" in study.training else None
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=group.device)
        step, minutes, measured = saved["step"], saved["minutes"], saved["statistics"]
        for learner, state in zip(learners, saved["learners"]):
            learner.load(state)
    corpus = load_corpus(args.data, args.cache, study.plans[0].config["tokens"][1:])
    recipe = Recipe(study.plans[0].config, study.training)
    with stream_workers(corpus, recipe, study.training["batch"], args.workers, [seed, step]) as batches:
        measured = measured or statistics(batches, group.device)
        began, saved_at = time.time() - 60 * minutes, minutes
        bar = tqdm(desc=f"seed {seed}", initial=step, total=study.training.get("steps"), disable=None)
        while (progress := progress_of(study.training, step, minutes)) < 1:
            batch = batches.next(group.device)
            batch = batch._replace(taught=teacher(batch)) if teacher else batch
            losses = [learner.learn(batch, *measured, progress)[1] for learner in learners]
            step, minutes = step + 1, (time.time() - began) / 60
            bar.update()
            if progress_of(study.training, step, minutes) >= 1 or minutes - saved_at > SAVE_MINUTES:
                saved_at = minutes
                counted = {"step": step, "minutes": minutes, "statistics": measured}
                write_checkpoint(checkpoint, {**counted, "learners": [learner.state() for learner in learners]})
                tqdm.write(f"step {step}: " + ", ".join(f"{p.name} {x:.2f}" for p, x in zip(study.plans, losses)))


def progress_of(training: Dict[str, Any], step: int, minutes: float) -> float:
    """From 0 to 1, by steps or, where a machine is lent for a time, by the clock."""
    return step / training["steps"] if "steps" in training else minutes / training["minutes"]


def measure(study: Study, args: argparse.Namespace) -> List[Dict[str, Any]]:
    """Per plan: its cost, errors of every stream by seed, and the median real-time factor."""
    corpus = load_corpus(args.data, args.cache, study.plans[0].config["tokens"][1:])
    write(args.run, "joined", joined(corpus, "heldout", JOINED_STREAMS))
    write(args.run, "timing", joined(corpus, "valid", TIMING_STREAMS))
    seeds = [seed for seed in study.training["seeds"] if (args.run / f"{seed}.pt").exists()]
    if not seeds:
        raise SystemExit(f"{args.run} holds no training of this recipe")
    study.training["stepsBySeed"] = []
    for seed in seeds:
        saved = torch.load(args.run / f"{seed}.pt", map_location="cpu")
        if progress_of(study.training, saved["step"], saved["minutes"]) < 1:
            raise SystemExit(f"seed {seed} is not trained to its end; `fold_study.py train` goes on")
        study.training["stepsBySeed"].append(saved["step"])
        mean, invstddev = saved["statistics"]
        for plan, state in zip(study.plans, saved["learners"]):
            checkpoint = {**state, "recipe": {"config": plan.config}, "mean": mean, "inv": invstddev}
            export(checkpoint, plan.model(args.run, seed), "int8", 0.0)
    results = []
    for plan in tqdm(study.plans, desc="word errors", disable=None):
        heard = {seed: word_errors(plan.model(args.run, seed), args.run / "joined.tsv") for seed in seeds}
        errors = {seed: each["errors"] for seed, each in heard.items()}
        results.append({**heard[seeds[0]], **described(plan, plan.model(args.run, seeds[0])), "errors": errors})
    return timed(results, [plan.model(args.run, seeds[0]) for plan in study.plans], args.run / "timing.tsv")


def measure_base(study: Study, args: argparse.Namespace) -> List[Dict[str, Any]]:
    """Per plan of base dimensions, with the weights that training would begin with: its cost and real-time factor."""
    if not study.base:
        return []
    corpus = load_corpus(args.data, args.cache, study.plans[0].config["tokens"][1:])
    write(args.run, "timing-base", joined(corpus, "valid", BASE_STREAMS))
    models = [plan.model(args.run, 0) for plan in study.base]
    for plan, model in zip(study.base, models):
        torch.manual_seed(0)
        mels = plan.config["encoder"]["inputDim"]
        checkpoint = {"ema": FoldvoxModel(plan.config).state_dict(), "recipe": {"config": plan.config}}
        export({**checkpoint, "mean": torch.zeros(mels), "inv": torch.ones(mels)}, model, "int8", 0.0)
    results = [described(plan, model) for plan, model in zip(study.base, models)]
    return timed(results, models, args.run / "timing-base.tsv")


def described(plan: Plan, model: Path) -> Dict[str, Any]:
    return {"name": plan.name, "about": plan.about, "layers": plan.config["encoder"]["layers"], "cost": cost(model)}


def timed(results: List[Dict[str, Any]], models: List[Path], manifest: Path) -> List[Dict[str, Any]]:
    factors = real_time_factors(models, manifest, TIMING_ROUNDS)
    return [{**result, "rtf": factor} for result, factor in zip(results, factors)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("train", "measure"))
    parser.add_argument("recipe", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that make streams")
    parser.add_argument("--out", type=Path, default=Path("docs/folding"))
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    study = read_study(args.recipe)
    args.run.mkdir(parents=True, exist_ok=True)
    if args.action == "train":
        for seed in study.training["seeds"] if args.seed is None else [args.seed]:
            train(study, args, seed)
    else:
        write_report(measure(study, args), measure_base(study, args), study.training, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
