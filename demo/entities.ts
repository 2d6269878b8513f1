import { Column, Entity, Index, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

import { OnSoftDelete, SoftDeletable, UniqueActive } from "../src";

@Entity()
export class Country extends SoftDeletable {
  /** ISO 3166, for example "US". */
  @PrimaryColumn()
  code!: string;

  @Column()
  @UniqueActive({ name: "country_name" })
  name!: string;
}

@Entity()
export class Region extends SoftDeletable {
  /** For example "US-CA". */
  @PrimaryColumn()
  code!: string;

  @Index()
  @ManyToOne(() => Country)
  @OnSoftDelete("CASCADE")
  country!: Country;
}

@Entity()
export class City extends SoftDeletable {
  @PrimaryColumn()
  id!: number;

  @Column()
  name!: string;

  @Column()
  population!: number;

  @Index()
  @ManyToOne(() => Region)
  @OnSoftDelete("CASCADE")
  region!: Region;
}

/** What keeps a region from being deleted. */
@Entity()
export class Office extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Region)
  @OnSoftDelete("RESTRICT")
  region!: Region;
}

export const ENTITIES = [Country, Region, City, Office];
