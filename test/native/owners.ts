import { Column, Entity, Index, ManyToOne, PrimaryColumn, VersionColumn } from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

@Entity()
export class Owner extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ default: "" }) name!: string;
  @VersionColumn() version!: number;
}

@Entity()
export class Pet extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Owner) @OnSoftDelete("CASCADE") owner!: Owner;
}

/** What holds an owner back. */
@Entity()
export class Contract extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Owner) @OnSoftDelete("RESTRICT") owner!: Owner;
}
