/** The turn of the event loop that runs, for what is looked up once a turn. A call would feel functions in place of fields. */
export const markedTurn: {
  /** Its number, while its end will be noticed; else 0. */
  number: number;
  /** The number of the latest. */
  last: number;
} = { number: 0, last: 0 };

/** Lets all be looked up again that is looked up once a turn. */
export function renewTurn(): void {
  if (markedTurn.number !== 0) markedTurn.number = ++markedTurn.last;
}
