import { setTimeout } from "node:timers/promises";

/** A moment that has passed and is later than everything that was written before the call. */
export async function later(): Promise<Date> {
  const before = Date.now();
  while (Date.now() < before + 2) await setTimeout(1);
  return new Date();
}
