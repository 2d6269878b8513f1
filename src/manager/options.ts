/** The options of a removal for good. */
export interface ForceDeleteOptions {
  /** Whether to leave active rows alone, whatever the criteria match. @default false */
  readonly onlyDeleted?: boolean;
  /** Who, for the log and the events. @default the context's actor, else the subscriber's */
  readonly actor?: string | null;
  /** Why, for the log and the events. */
  readonly reason?: string | null;
}

/** The options of a soft delete. */
export interface SoftDeleteOptions {
  /** Why. */
  readonly reason?: string | null;
  /** Who. @default the subscriber's `actor` */
  readonly actor?: string | null;
}
