import type { DataSource } from "typeorm";

/** Left to itself, the driver writes and reads every moment in the time zone of its process. @internal */
export function localZoneRemedy({ options }: DataSource): string | undefined {
  const { timezone = "local" } = options as { readonly timezone?: string };
  return timezone === "local" ? `Set timezone: "Z" in the options of the data source.` : undefined;
}
