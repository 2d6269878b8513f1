interface Leaning {
  /**
   * A test that TypeORM still does what a file of this package leans on although no documentation promises it. It fails with
   * words: what TypeORM did, and which files have to be looked at now that it does not.
   */
  itStill(does: string, got: () => unknown, wanted: unknown): void;
}

/** For the tests of one file, nearly always in `src/typeorm/`; `others` are those that rest on it. */
export function leaning(file: string, ...others: readonly string[]): Leaning {
  return {
    itStill(does, got, wanted) {
      it(`TypeORM ${does}`, async () => {
        try {
          expect(await got()).toEqual(wanted);
        } catch (error) {
          const files = [file, ...others].join(", ");
          const words = `It is no longer so that TypeORM ${does}. What leans on it: ${files}`;
          throw new Error(`${words}\n\n${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
      });
    },
  };
}
