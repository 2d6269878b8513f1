import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

@Entity()
export class Owner extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @OneToMany(() => Cat, (cat) => cat.owner, { cascade: ["insert", "update"] })
  cats!: Cat[];
}

@Entity()
export class Tag extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity()
export class Cat extends SoftDeletable {
  @PrimaryGeneratedColumn("uuid") id!: string;
  @Column() name!: string;
  @Index()
  @ManyToOne(() => Owner, (owner) => owner.cats, { nullable: true, orphanedRowAction: "delete" })
  @OnSoftDelete("CASCADE")
  owner?: Owner | null;
  @ManyToMany(() => Tag) @JoinTable() tags!: Tag[];
}

/** Not soft-deletable; the foreign key is a property as well. */
@Entity()
export class Visit {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Index()
  @Column({ type: "int", nullable: true })
  ownerId!: number | null;
  @ManyToOne(() => Owner, { nullable: true })
  @JoinColumn({ name: "ownerId" })
  @OnSoftDelete("RESTRICT")
  owner?: Owner | null;
}

/** References of every kind that loads as null, to targets that do not bind. */
@Entity()
export class Card extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @ManyToOne(() => Owner, { nullable: true }) @OnSoftDelete("KEEP") plain?: Owner | null;
  @ManyToOne(() => Owner, { nullable: true, eager: true })
  @OnSoftDelete("KEEP")
  eager?: Owner | null;
  @ManyToOne(() => Owner, { nullable: true, lazy: true })
  @OnSoftDelete("KEEP")
  lazy?: Promise<Owner | null>;
  @OneToOne(() => Owner, { nullable: true })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  single?: Owner | null;
  @Column({ type: "int", nullable: true }) mappedId?: number | null;
  @ManyToOne(() => Owner, { nullable: true })
  @JoinColumn({ name: "mappedId" })
  @OnSoftDelete("KEEP")
  mapped?: Owner | null;
}

@Entity()
export class Site extends SoftDeletable {
  @PrimaryColumn() country!: string;
  @PrimaryColumn() code!: number;
}

/** Two columns refer to the parent. */
@Entity()
export class Room extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @ManyToOne(() => Site) @OnSoftDelete("CASCADE") site!: Site;
}

/** Has nothing to do with soft deletes. */
@Entity()
export class Plain {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @ManyToOne(() => Plain, (plain) => plain.children, { nullable: true }) parent?: Plain | null;
  @OneToMany(() => Plain, (plain) => plain.parent) children!: Plain[];
}

export const ENTITIES = [Owner, Tag, Cat, Visit, Card, Site, Room, Plain];
