/** The options of a soft delete. */
export interface SoftDeleteOptions {
  /** Why. */
  readonly reason?: string | null | undefined;
  /** Who; null for nobody. @default TypeORM's `data`, else the context's actor, else the subscriber's */
  readonly actor?: string | null | undefined;
}
