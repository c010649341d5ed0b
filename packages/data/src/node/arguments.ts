/** Values of options, with messages that name the option and the range. */
import { InvalidArgumentError } from 'commander';

interface Range {
  min: number;
  max: number;
}

export function parseInteger(option: string, { min, max }: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) throw new InvalidArgumentError(`${option} must be a whole number from ${min} to ${max}, not "${text}".`);
    return value;
  };
}

export function parseNumber(option: string, { min, max }: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) throw new InvalidArgumentError(`${option} must be a number from ${min} to ${max}, not "${text}".`);
    return value;
  };
}

/** `3/64`: the shards with number 3 modulo 64. Counted from 0, as indexed jobs of clusters are. */
export function parsePart(text: string): { index: number; count: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || count < 1 || index >= count) throw new InvalidArgumentError(`--shard must be I/N with 0 <= I < N, such as 3/64, not "${text}".`);
  return { index, count };
}
