import { SoftDeleteConfigurationError } from "../errors";
import { annotationsOf, type SoftDeletePolicy } from "./annotations";

const POLICIES: readonly string[] = ["CASCADE", "RESTRICT", "KEEP"];

/** @internal */
export function isPolicy(value: unknown): value is SoftDeletePolicy {
  return typeof value === "string" && POLICIES.includes(value);
}

/**
 * Says what soft-deleting the referenced row (the parent) does to the row that holds the foreign key (the child):
 * `CASCADE` takes it too, `RESTRICT` refuses while it is active, `KEEP` leaves it alone.
 *
 * It stands on a many-to-one, or on the one-to-one with `@JoinColumn()`, and reads like TypeORM's `onDelete`. Without it,
 * TypeORM's own `cascade: ["soft-remove"]` on a one-to-many or one-to-one counts as `CASCADE`; the default is `KEEP`.
 *
 * @example
 * ```ts
 * @ManyToOne(() => User, (user) => user.posts)
 * @OnSoftDelete("CASCADE")
 * author!: User;
 * ```
 *
 * @throws SoftDeleteConfigurationError for an unknown policy.
 */
export function OnSoftDelete(policy: SoftDeletePolicy): PropertyDecorator {
  return (prototype, property) => {
    const owner = prototype.constructor;
    if (!isPolicy(policy)) {
      throw SoftDeleteConfigurationError.unknownPolicy(`${owner.name}.${String(property)}`, policy);
    }
    annotationsOf(owner).policies.set(String(property), policy);
  };
}
