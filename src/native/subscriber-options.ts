import type { SoftDeleteSettings } from "../session/settings";

/** The options of {@link SoftDeleteSubscriber.with}. */
export type SoftDeleteSubscriberOptions = SoftDeleteSettings;
