// Values of the command's options, read from text.

import { InvalidArgumentError } from "commander";

const wholeFrom = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  }
  return value;
};

/** A whole number from 1 on. */
export const wholeNumber = (most: number) => wholeFrom(1, most);

/** A whole number from 0 on. */
export const atLeastZero = (most: number) => wholeFrom(0, most);
