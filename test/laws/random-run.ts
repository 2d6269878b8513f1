import type { RestoreResult } from "../../src";
import { Model, type Plan, type Row, type Table } from "./model";
import { RANDOM } from "./random-entities";
import { KEYS, type Criteria, type Step } from "./random-steps";
import { deletedTogether, restoredTogether } from "./random-together";
import type { World } from "./world";

type Entity = (typeof RANDOM)[number];
type Refusal = { readonly code: string };

const DEADLOCKS = new Set(["ER_LOCK_DEADLOCK", "40P01"]);

interface Found {
  readonly table: Table;
  readonly id: number;
  readonly deletedAt: number | null;
  readonly deletionId: string | null;
  readonly version: number;
}

/** Does the same to the database and to the model, and compares the two after every step. */
export class RandomRun {
  readonly #model: Model;
  /** The rows that plain TypeORM has left below a deleted parent. */
  readonly #orphans: ReadonlySet<Row>;
  /** Every deletion there has been. */
  readonly #deletions: string[] = [];

  constructor(
    private readonly world: World,
    rows: readonly Row[],
  ) {
    this.#model = new Model(rows.map((row) => ({ ...row, keys: { ...row.keys } })));
    this.#orphans = new Set(this.#model.orphans());
  }

  async start(): Promise<void> {
    await this.world.fill(async () => {
      for (const entity of RANDOM) {
        const rows = this.#model.rows.filter((row) => row.table === entity.name);
        await this.world.insert(
          entity,
          rows.map(({ id, mark, keys, deletedAt }) => ({
            id,
            mark,
            ...keys,
            deletedAt: deletedAt === null ? null : new Date(deletedAt),
          })),
        );
      }
    });
    await this.#compare();
  }

  async take(step: Step): Promise<void> {
    if (step.type === "tick") this.world.tick();
    else if (step.type === "move") await this.#move(step.pick, step.to);
    else if (step.type === "softDelete") await this.#softDelete(step);
    else if (step.type === "restore") await this.#restore(step);
    else if (step.type === "together") await this.#together(step);
    else await this.#restoreDeletion(step);
    await this.#compare();
  }

  async #softDelete({ table, criteria, native }: Step & { type: "softDelete" }): Promise<void> {
    const expected = this.#model.softDelete(matching(table, criteria));
    const call = native
      ? this.world.dataSource.getRepository(entity(table)).softDelete(where(criteria))
      : this.world.softDeletes.softDelete(entity(table), where(criteria));
    if (!expected) {
      expect(await refused(call)).toBe("SOFT_DELETE_RESTRICTED");
      return;
    }
    const result = await call;
    if (!native) {
      expect(result).toMatchObject({
        affected: expected.roots,
        counts: counts(expected.taken),
        total: expected.taken.size,
      });
    }
    if (expected.taken.size === 0) return;
    const found = await this.#find();
    const ids = new Set([...expected.taken].map((row) => found.get(key(row))?.deletionId));
    expect(ids.size).toBe(1);
    const [deletionId] = ids;
    if (typeof deletionId !== "string") throw new Error("No deletion id.");
    expect(this.#deletions).not.toContain(deletionId);
    this.#deletions.push(deletionId);
    for (const row of expected.taken) {
      Object.assign(row, { deletionId, deletedAt: this.world.time.getTime() });
      row.version++;
    }
  }

  async #restore(step: Step & { type: "restore" }): Promise<void> {
    const { table, criteria, native, parents, below } = step;
    const matches = matching(table, criteria);
    if (native) {
      const expected = this.#model.restore(matches, "refuse");
      const repository = this.world.dataSource.getRepository(entity(table));
      await this.#check(expected, repository.restore(where(criteria)), true);
      return;
    }
    const expected = this.#model.restore(matches, parents, below);
    const options = { parents, below };
    const result = this.world.softDeletes.restore(entity(table), where(criteria), options);
    await this.#check(expected, result);
  }

  async #restoreDeletion({ pick, parents }: Step & { type: "restoreDeletion" }): Promise<void> {
    const deletionId = this.#deletions[pick % Math.max(this.#deletions.length, 1)];
    if (deletionId === undefined) return;
    const expected = this.#model.restoreDeletion(deletionId, parents);
    const result = this.world.softDeletes.restoreDeletion(deletionId, { parents });
    if (expected) await this.#check(expected, result);
    else expect(await refused(result)).toBe("DELETION_NOT_FOUND");
  }

  async #check(expected: Plan, call: Promise<unknown>, native = false): Promise<void> {
    if (expected.blocked) {
      expect(await refused(call)).toBe("PARENT_DELETED");
      return;
    }
    const result = (await call) as RestoreResult;
    const { matched, revived, handedOver } = expected;
    if (!native) {
      expect(result).toMatchObject({
        affected: [...matched].filter((row) => revived.has(row)).length,
        counts: counts(revived),
        total: revived.size,
      });
    }
    for (const row of revived) {
      Object.assign(row, { deletedAt: null, deletionId: null });
      row.version++;
    }
    const moved = handedOver.size > 0 ? await this.#adopt(handedOver) : 0;
    if (!native) expect(result.handedOver).toBe(moved);
  }

  /**
   * Of several parents that stay deleted any one may have taken a row over: it has to be one of them. Returns how many rows
   * belong to another deletion now.
   */
  async #adopt(handedOver: ReadonlySet<Row>): Promise<number> {
    let moved = 0;
    const found = await this.#find();
    const open = new Set(handedOver);
    for (let before = -1; before !== open.size;) {
      before = open.size;
      for (const row of open) {
        const now = found.get(key(row));
        const heir = this.#model.parents(row).some((parent) => {
          if (parent.deletedAt === null || open.has(parent)) return false;
          if (parent.deletionId === null) return this.#isOfItsOwn(now);
          return parent.deletionId === now?.deletionId && parent.deletedAt === now.deletedAt;
        });
        if (!heir || !now) continue;
        open.delete(row);
        if (now.deletionId === row.deletionId) continue;
        Object.assign(row, { deletedAt: now.deletedAt, deletionId: now.deletionId });
        row.version++;
        moved++;
      }
    }
    expect([...open]).toEqual([]);
    for (const { deletionId } of handedOver) {
      if (deletionId !== null && !this.#deletions.includes(deletionId))
        this.#deletions.push(deletionId);
    }
    return moved;
  }

  /** Below a parent that plain TypeORM has deleted: a deletion that is new, of this moment. */
  #isOfItsOwn(row: Found | undefined): boolean {
    return (
      typeof row?.deletionId === "string" &&
      !this.#deletions.includes(row.deletionId) &&
      row.deletedAt === this.world.time.getTime()
    );
  }

  /** Several calls at once: whatever their order, what each of them was resolved with holds, and nothing else has changed. */
  async #together({ restores, calls }: Step & { type: "together" }): Promise<void> {
    const { dataSource, softDeletes } = this.world;
    const results = await Promise.allSettled(
      calls.map(({ table, criteria, native }): Promise<unknown> => {
        const [target, rows] = [entity(table), where(criteria)];
        if (restores)
          return native
            ? dataSource.manager.restore(target, rows)
            : softDeletes.restore(target, rows);
        return native
          ? dataSource.manager.softDelete(target, rows)
          : softDeletes.softDelete(target, rows);
      }),
    );
    const outcomes = calls
      .map(({ table, criteria }, index) => ({
        matches: matching(table, criteria),
        refused: (results[index] as { reason?: Refusal }).reason?.code,
      }))
      // TypeORM's own statement may be the victim of a deadlock, as any statement may.
      .filter(({ refused }, index) => !(calls[index]?.native && DEADLOCKS.has(refused ?? "")));
    const changed = restores
      ? restoredTogether(this.#model, outcomes)
      : deletedTogether(this.#model, outcomes);
    const found = await this.#find();
    for (const row of changed.may) {
      const now = found.get(key(row));
      if (!now || now.version === row.version) continue;
      const { deletedAt, deletionId, version } = now;
      Object.assign(row, { deletedAt, deletionId, version });
      if (deletionId !== null && !this.#deletions.includes(deletionId))
        this.#deletions.push(deletionId);
    }
    const missing = [...changed.must].filter((row) => (row.deletedAt === null) !== restores);
    expect(missing).toEqual([]);
  }

  /** Changes a foreign key behind the package's back, but not so that it breaks law 2. */
  async #move(pick: number, to: number | null): Promise<void> {
    const row = this.#model.rows[pick % this.#model.rows.length];
    const [property, target] = Object.entries(row ? KEYS[row.table] : {})[pick % 2] ?? [];
    if (!row || property === undefined) return;
    const parent = this.#model.rows.find((other) => other.table === target && other.id === to);
    if (row.deletedAt === null && parent && parent.deletedAt !== null) return;
    const { escape } = this.world.dataSource.driver;
    const column = escape.call(this.world.dataSource.driver, property);
    await this.world.dataSource.query(
      `UPDATE ${this.world.escape(row.table.toLowerCase())} SET ${column} = ${String(to)} WHERE id = ${String(row.id)}`,
    );
    row.keys[property] = to;
  }

  async #compare(): Promise<void> {
    const found = await this.#find();
    const expected = this.#model.rows.map(({ table, id, deletedAt, deletionId, version }) => ({
      table,
      id,
      deletedAt,
      deletionId,
      version,
    }));
    expect([...found.values()]).toEqual(expected);
    expect(this.#model.orphans().filter((row) => !this.#orphans.has(row))).toEqual([]);
  }

  /** Every row, in the model's order. */
  async #find(): Promise<Map<string, Found>> {
    const { driver } = this.world.dataSource;
    const stamps = `${driver.escape("deletedAt")} AS a, ${driver.escape("deletionId")} AS d`;
    const select = RANDOM.map(
      ({ name }, at) =>
        `SELECT ${String(at)} AS t, id, ${stamps}, version AS v FROM ${this.world.escape(name.toLowerCase())}`,
    );
    const rows = await this.world.dataSource.query<Record<"t" | "id" | "a" | "d" | "v", never>[]>(
      `${select.join(" UNION ALL ")} ORDER BY 1, 2`,
    );
    const column = this.world.dataSource.getMetadata(entity("Zone")).deleteDateColumn;
    if (!column) throw new Error("No delete date.");
    return new Map(
      rows.map((row) => {
        const date = driver.prepareHydratedValue(row.a, column) as Date | null;
        const found: Found = {
          table: RANDOM[row.t]?.name as Table,
          id: row.id,
          deletedAt: date?.getTime() ?? null,
          deletionId: row.d,
          version: row.v,
        };
        return [key(found), found];
      }),
    );
  }
}

function entity(table: Table): Entity {
  const found = RANDOM.find(({ name }) => name === table);
  if (!found) throw new Error(table);
  return found;
}

function matching(table: Table, criteria: Criteria): (row: Row) => boolean {
  return (row) =>
    row.table === table &&
    ("ids" in criteria ? criteria.ids.includes(row.id) : criteria.mark === row.mark);
}

function where(criteria: Criteria): number[] | { mark: number } {
  return "ids" in criteria ? criteria.ids : criteria;
}

async function refused(call: Promise<unknown>): Promise<string> {
  return call.then(
    (result) => `not refused: ${JSON.stringify(result)}`,
    (error: unknown) => (error as Refusal).code,
  );
}

function counts(rows: ReadonlySet<Row>): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { table } of rows) all[table] = (all[table] ?? 0) + 1;
  return all;
}

function key({ table, id }: { readonly table: Table; readonly id: number }): string {
  return `${table} ${String(id)}`;
}
