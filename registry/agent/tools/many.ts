import { many } from '../many/many.ts';
import { timeIn } from './time_in.ts';

/** The tools of which several may run at once. Add yours that only read, each by its intent. */
export const readMany = many({
  time_in: timeIn,
});
