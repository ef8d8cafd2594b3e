// The exports of the relaxed build for threads.

export * from "./relaxed";
export * from "./threads";
