/** Turning the text of options into values, each with a message that says what would have been right. */
import { UsageError } from './errors.ts';

export interface NumberRange {
  min: number;
  max: number;
  unit?: string;
}

export function parseNumber(option: string, range: NumberRange): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const isInside = text.trim() !== '' && value >= range.min && value <= range.max;
    if (!isInside) throw new UsageError(`${option} must be a number from ${range.min} to ${range.max}${range.unit ? ` ${range.unit}` : ''}, not "${text}".`, { option, text, ...range });
    return value;
  };
}

export function parseInteger(option: string, range: NumberRange): (text: string) => number {
  const parse = parseNumber(option, range);
  return (text) => {
    const value = parse(text);
    if (!Number.isInteger(value)) throw new UsageError(`${option} must be a whole number, not "${text}".`, { option, text });
    return value;
  };
}

/** `jawOpen=0.6,mouthSmileLeft=0.8`. Which names exist is the skeleton's knowledge: it checks them. */
export function parseExpression(text: string): Record<string, number> {
  const expression: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [name = '', weight, ...rest] = part.split('=').map((piece) => piece.trim());
    if (name === '' || weight === undefined || rest.length > 0) {
      throw new UsageError(`--expression: "${part}" is not of the form name=weight, as in jawOpen=0.6,mouthSmileLeft=0.8.`, { part });
    }
    expression[name] = parseNumber(`--expression ${name}`, { min: 0, max: 1 })(weight);
  }
  return expression;
}

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;
