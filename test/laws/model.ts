// The laws once more, over rows in memory: as plain as can be, and as slow.

export type Table = "Zone" | "Branch" | "Crew" | "Mate" | "Load" | "Label";
export type Parents = "refuse" | "restore" | "hand-over";

export interface Row {
  readonly table: Table;
  readonly id: number;
  readonly mark: number;
  /** Foreign keys by property. */
  readonly keys: Record<string, number | null>;
  deletedAt: number | null;
  /** Null beside a date: deleted by plain TypeORM. */
  deletionId: string | null;
  version: number;
}

interface Relation {
  readonly child: Table;
  readonly key: string;
  readonly parent: Table;
  readonly policy: "CASCADE" | "RESTRICT";
}

function relation(
  path: `${Table}.${string}`,
  parent: Table,
  policy: "CASCADE" | "RESTRICT",
): Relation {
  const [child, key] = path.split(".") as [Table, string];
  return { child, key, parent, policy };
}

/** The binding relations. */
const RELATIONS = [
  relation("Branch.parentId", "Branch", "CASCADE"),
  relation("Branch.zoneId", "Zone", "CASCADE"),
  relation("Crew.leadId", "Mate", "CASCADE"),
  relation("Mate.crewId", "Crew", "CASCADE"),
  relation("Mate.zoneId", "Zone", "CASCADE"),
  relation("Load.branchId", "Branch", "CASCADE"),
  relation("Load.mateId", "Mate", "CASCADE"),
  relation("Load.crewId", "Crew", "RESTRICT"),
  relation("Label.loadId", "Load", "CASCADE"),
  relation("Label.branchId", "Branch", "CASCADE"),
];

/** What a restore would do. */
export interface Plan {
  readonly matched: ReadonlySet<Row>;
  readonly revived: ReadonlySet<Row>;
  /** Stay deleted below a parent that does: in its deletion, which may be their own. */
  readonly handedOver: ReadonlySet<Row>;
  /** A matched row would stay deleted. */
  readonly blocked: boolean;
}

export class Model {
  constructor(readonly rows: readonly Row[]) {}

  /** The rows that a deletion takes, or null when it is refused. */
  softDelete(
    matches: (row: Row) => boolean,
    /** Whether a child under RESTRICT is in nobody's way. */
    { restricted = false } = {},
  ): { roots: number; taken: Set<Row> } | null {
    const roots = this.rows.filter((row) => matches(row) && row.deletedAt === null);
    const taken = new Set(roots);
    for (const row of taken) {
      for (const child of this.#children(row, "CASCADE")) {
        if (child.deletedAt === null) taken.add(child);
      }
    }
    for (const row of restricted ? [] : taken) {
      for (const child of this.#children(row, "RESTRICT")) {
        if (child.deletedAt === null && !taken.has(child)) return null;
      }
    }
    return { roots: roots.length, taken };
  }

  restore(matches: (row: Row) => boolean, parents: Parents, below = true): Plan {
    const matched = this.rows.filter((row) => matches(row) && row.deletedAt !== null);
    const candidates = new Set(matched);
    for (const row of below ? candidates : []) {
      for (const child of this.#children(row)) {
        const same = row.deletionId !== null && child.deletionId === row.deletionId;
        if (same && child.deletedAt !== null) candidates.add(child);
      }
    }
    return this.#plan(new Set(matched), candidates, parents);
  }

  /** Null when no row carries the deletion. */
  restoreDeletion(deletionId: string, parents: Parents): Plan | null {
    const carrying = this.rows.filter((row) => row.deletionId === deletionId);
    if (carrying.length === 0) return null;
    const top = carrying.filter(
      (row) => !this.parents(row).some((parent) => parent.deletionId === deletionId),
    );
    return this.#plan(new Set(top), new Set(carrying), parents);
  }

  #plan(matched: ReadonlySet<Row>, candidates: ReadonlySet<Row>, parents: Parents): Plan {
    const revived = new Set(candidates);
    if (parents === "restore") {
      const chain = new Set(matched);
      for (const row of chain) {
        for (const parent of this.parents(row)) if (parent.deletedAt !== null) chain.add(parent);
      }
      for (const row of chain) revived.add(row);
    }
    const handedOver = new Set<Row>();
    for (let before = -1; before !== handedOver.size;) {
      before = handedOver.size;
      for (const row of revived) {
        if (!this.parents(row).some((up) => up.deletedAt !== null && !revived.has(up))) continue;
        revived.delete(row);
        handedOver.add(row);
      }
    }
    const blocked = parents !== "hand-over" && [...matched].some((row) => handedOver.has(row));
    return { matched, revived, handedOver, blocked };
  }

  parents(row: Row): Row[] {
    return RELATIONS.filter((edge) => edge.child === row.table).flatMap((edge) =>
      this.rows.filter((up) => up.table === edge.parent && up.id === row.keys[edge.key]),
    );
  }

  #children(row: Row, policy?: "CASCADE" | "RESTRICT"): Row[] {
    return RELATIONS.filter(
      (edge) => edge.parent === row.table && (policy === undefined || edge.policy === policy),
    ).flatMap((edge) =>
      this.rows.filter((down) => down.table === edge.child && down.keys[edge.key] === row.id),
    );
  }

  /** The active rows that break law 2. */
  orphans(): Row[] {
    return this.rows.filter(
      (row) => row.deletedAt === null && this.parents(row).some((up) => up.deletedAt !== null),
    );
  }
}
