// The pages of the documentation, in the order in which they are read: each a Markdown file of the repository.

/** Sections of [file, page's name without .html, how it is called in the list, a live example's mode]. */
export const SECTIONS = [
  [
    "Use it",
    [
      ["docs/site/start.md", "index", "Start"],
      ["docs/guide.md", "guide", "Guide", "words"],
      ["docs/phrases.md", "phrases", "Phrases", "phrases"],
      ["docs/dictation.md", "dictation", "Dictation", "dictation"],
      ["docs/recipes.md", "recipes", "Recipes by framework"],
      ["examples/README.md", "examples", "Examples"],
    ],
  ],
  ["API", []],
  [
    "On servers",
    [
      ["docs/serve.md", "serve", "Servers and protocols"],
      ["docs/queue.md", "queue", "Queues"],
      ["docs/scale.md", "scale", "Sizing"],
    ],
  ],
  [
    "How it works",
    [
      ["docs/how-folding-works.md", "how-folding-works", "How folding works"],
      ["ARCHITECTURE.md", "architecture", "From sound to text"],
      ["docs/memory.md", "memory", "Memory"],
      ["docs/energy.md", "energy", "Energy"],
      ["docs/folding.md", "folding", "The fold study"],
      ["docs/folding/tables.md", "folding-tables", "Its first tables"],
    ],
  ],
  [
    "Measured",
    [
      ["docs/benchmarks.md", "benchmarks", "Benchmarks"],
      ["docs/runtimes.md", "runtimes", "Where it runs"],
    ],
  ],
  [
    "Models",
    [
      ["models/english.md", "english", "english"],
      ["models/commands.md", "commands", "commands"],
      ["models/commands-tiny.md", "commands-tiny", "commands-tiny"],
      ["docs/own-words.md", "own-words", "Your own words"],
      ["docs/emformer-rnnt.md", "emformer-rnnt", "torchaudio’s Emformer"],
      ["training/README.md", "training", "Training"],
    ],
  ],
  [
    "The project",
    [
      ["CONTRIBUTING.md", "contributing", "Contributing"],
      ["CHANGELOG.md", "changelog", "Changelog"],
    ],
  ],
];
