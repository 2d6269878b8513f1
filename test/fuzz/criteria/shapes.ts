import { Label, Member, Note, Rank } from "../../criteria/club";
import type { Entity, Shape, Shapes } from "./truth";

/** What the entities of the club are, written down by hand; SQLite keeps 64 bits of every whole number. */
export function shapesOf(bits: 32n | 64n): { readonly member: Entity; readonly note: Entity } {
  const whole: Shape = { kind: "number", bits };
  const soft: Shapes = { deletedAt: { kind: "moment" } };
  const note: Entity = {
    type: Note,
    key: ["id"],
    shapes: {
      ...soft,
      id: whole,
      title: { kind: "text" },
      author: { kind: "one", entity: () => member },
      labels: { kind: "many", entity: () => label },
    },
  };
  const label: Entity = {
    type: Label,
    key: ["id"],
    shapes: {
      id: whole,
      name: { kind: "text" },
      notes: { kind: "many", entity: () => note },
    },
  };
  const member: Entity = {
    type: Member,
    key: ["id"],
    shapes: {
      ...soft,
      id: whole,
      name: { kind: "text" },
      score: whole,
      paid: { kind: "boolean" },
      account: { kind: "number", bits: 64n },
      joined: { kind: "moment" },
      rank: { kind: "enum", members: Object.values(Rank) },
      notes: { kind: "many", entity: () => note },
      address: {
        kind: "object",
        shapes: {
          city: { kind: "text" },
          zone: whole,
          notedBy: { kind: "one", entity: () => member },
        },
      },
    },
  };
  return { member, note };
}
