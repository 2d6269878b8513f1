import type { SoftDeleteSettings } from "../operations/settings";

/** The options of {@link SoftDeleteSubscriber.with}. */
export type SoftDeleteSubscriberOptions = SoftDeleteSettings;
