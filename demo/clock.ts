const DAY = 86_400_000;

/** The time that the demo goes by, in which days can pass. */
export class Clock {
  #ahead = 0;

  now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  pass(days: number): void {
    this.#ahead += days * DAY;
  }
}
