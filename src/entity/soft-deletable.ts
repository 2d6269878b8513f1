import { withSoftDelete } from "./with-soft-delete";

/**
 * The base class of a soft-deletable entity: a delete-date column `deletedAt`, a deletion id column `deletionId`,
 * both named by the naming strategy, and the indexes that trash listings, undo and purge go by. For other column names or another base class there is
 * {@link withSoftDelete}.
 *
 * @example
 * ```ts
 * @Entity()
 * class User extends SoftDeletable {
 *   @PrimaryGeneratedColumn() id!: number;
 *   @Column() email!: string;
 * }
 * ```
 */
export abstract class SoftDeletable extends withSoftDelete() {}
