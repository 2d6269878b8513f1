import {
  EntitySchema,
  getMetadataArgsStorage,
  type DataSource,
  type EntityMetadata,
  type EntitySchemaOptions,
} from "typeorm";

/** What a property is declared by: a class, or the name of an `EntitySchema` that has none. */
export type Declarer = EntityMetadata["target"];

/** The properties that a class declares, each with what it says of it. */
type Properties = ReadonlyMap<string, string>;

/**
 * Which class declares what. In single-table inheritance TypeORM's metadata of a base entity has the columns and the
 * relations of all its child entities as well, and siblings share what they declare by the same name.
 *
 * Leans on the storage in which TypeORM's decorators note what they are given (`MetadataArgsStorage.columns`, `relations`
 * and `embeddeds`), and on the properties of an `EntitySchema` being those of its options.
 */
export class DeclaredProperties {
  readonly #schemas: ReadonlyMap<Declarer, EntitySchema>;
  readonly #ofClasses: ReadonlyMap<Declarer, Properties>;
  readonly #ofSchemas: ReadonlyMap<Declarer, Properties>;

  constructor({ options }: DataSource) {
    this.#schemas = new Map(
      Object.values(options.entities ?? {})
        .filter((entity) => entity instanceof EntitySchema)
        .flatMap((schema) => [schema, ...embeddedIn(schema)])
        .map((schema) => [schema.options.target ?? schema.options.name, schema]),
    );
    this.#ofClasses = notedByDecorators();
    this.#ofSchemas = new Map(
      [...this.#schemas].map(([target, schema]) => [target, propertiesOf(schema.options)]),
    );
  }

  /** Every `EntitySchema` that the data source lists, embedded ones included. */
  get schemas(): EntitySchema[] {
    return [...this.#schemas.values()];
  }

  /** The `EntitySchema` of a class or of a name, where the data source lists one. */
  schemaOf(target: Declarer): EntitySchema | undefined {
    return this.#schemas.get(target);
  }

  /** Whether a class declares a property, itself or by a base class. Also where nothing is known of it. */
  has(target: Declarer, property: string): boolean {
    const some = this.#declaring(target);
    return some.length === 0 || some.some(([, properties]) => properties.has(property));
  }

  /**
   * A class that declares a property otherwise than the base class that TypeORM goes by: of a class and its base classes,
   * the uppermost one.
   */
  restated(target: Declarer, property: string): { by: Declarer; base: Declarer } | undefined {
    const some = this.#declaring(target).filter(([, properties]) => properties.has(property));
    const uppermost = some.at(-1);
    const other = some.find(([, own]) => own.get(property) !== uppermost?.[1].get(property));
    return uppermost && other && { by: other[0], base: uppermost[0] };
  }

  /** A class and its base classes, as far as they declare anything, the class itself first. */
  #declaring(target: Declarer): (readonly [Declarer, Properties])[] {
    const all = this.#schemas.has(target) ? this.#ofSchemas : this.#ofClasses;
    return classChain(target).flatMap((one) => {
      const properties = all.get(one);
      return properties ? [[one, properties] as const] : [];
    });
  }
}

/**
 * A class and its base classes, the class itself first; of a name that name alone.
 *
 * Leans on TypeORM looking no further than a class without a name.
 */
function classChain(target: Declarer): Declarer[] {
  const chain: Declarer[] = [target];
  if (typeof target !== "function") return chain;
  for (let at: unknown = Object.getPrototypeOf(target); isNamed(at);) {
    chain.push(at);
    at = Object.getPrototypeOf(at);
  }
  return chain;
}

function isNamed(value: unknown): value is () => unknown {
  return typeof value === "function" && value.name !== "";
}

function embeddedIn({ options }: EntitySchema): EntitySchema[] {
  const own = Object.values(options.embeddeds ?? {}).map(({ schema }) => schema);
  return own.flatMap((schema) => [schema, ...embeddedIn(schema)]);
}

function notedByDecorators(): Map<Declarer, Properties> {
  const { columns, relations, embeddeds } = getMetadataArgsStorage();
  const noted = new Map<Declarer, Map<string, string>>();
  const note = (target: Declarer, property: string, said: string): void => {
    const properties = noted.get(target) ?? new Map<string, string>();
    noted.set(target, properties);
    if (!properties.has(property)) properties.set(property, said);
  };
  for (const { target, propertyName, mode, options } of columns)
    note(target, propertyName, asText([mode, options]));
  for (const { target, propertyName } of [...relations, ...embeddeds])
    note(target, propertyName, "");
  return noted;
}

function propertiesOf({ columns, relations, embeddeds }: EntitySchemaOptions<unknown>): Properties {
  const others = [...Object.keys(relations ?? {}), ...Object.keys(embeddeds ?? {})];
  return new Map([
    ...others.map((property) => [property, ""] as const),
    ...Object.entries(columns).map(([property, column]) => [property, asText(column)] as const),
  ]);
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "function" ? String(part) : part,
  );
}
