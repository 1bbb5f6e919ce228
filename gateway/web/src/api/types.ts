// Short names for the messages of the contract. Everything the API answers is complete, so nothing is optional here.
import type { components } from './schema';

type Schemas = components['schemas'];
/** The API prints defaults: what a reply may leave out by its schema is there all the same. */
type Complete<T> = T extends (infer Item)[]
  ? Complete<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Complete<NonNullable<T[Key]>> }
    : T;

export type Person = Omit<Complete<Schemas['Person']>, 'address'> & { address?: Address | null };
export type Address = Complete<Schemas['Address']>;
export type PersonFact = Complete<Schemas['PersonFact']>;
export type Relation = Complete<Schemas['Relation']>;
export type Place = Complete<Schemas['Place']>;
export type AreaRow = Complete<Schemas['AreaRow']>;
export type AreaPlace = Complete<Schemas['AreaPlace']>;
export type AreaChange = Complete<Schemas['AreaChange']>;
export type AreaChangeState = AreaChange['state'];
export type HistoryEntry = Complete<Schemas['HistoryEntry']>;
export type Organisation = Complete<Schemas['Organisation']>;
export type Organ = Complete<Schemas['Organ']>;
export type MembershipType = Complete<Schemas['MembershipType']>;
export type Action = Complete<Schemas['Action']>;
export type ActionKind = Action['kind'];
export type OrganGroup = Complete<Schemas['OrganGroup']>;
export type GroupMember = Complete<Schemas['GroupMember']>;
export type PersonRight = Complete<Schemas['PersonRight']>;
export type Jubilee = Complete<Schemas['Jubilee']>;
export type Member = Complete<Schemas['Member']>;
export type MemberCount = Complete<Schemas['MemberCount']>;
export type MemberChange = Complete<Schemas['MemberChange']>;
export type OrganRecord = Complete<Schemas['OrganRecord']>;
export type Membership = Complete<Schemas['Membership']>;
export type Explanation = Complete<Schemas['Explanation']>;
export type ExplanationNode = Complete<Schemas['ExplanationNode']>;
export type Fact = Complete<Schemas['Fact']>;
export type Rule = Complete<Schemas['Rule']>;
export type RuleNode = Complete<Schemas['RuleNode']>;
export type ImportFile = Complete<Schemas['ImportFile']>;
export type ColumnMapping = Complete<Schemas['ColumnMapping']>;
export type Import = Complete<Schemas['Import']>;
export type ImportState = Import['state'];
export type Run = Complete<Schemas['Run']>;
export type RunOutcome = Complete<Schemas['RunOutcome']>;
export type OrganChange = Complete<Schemas['OrganChange']>;
export type ChangeKind = OrganChange['kind'];
export type SplitPart = Complete<Schemas['SplitPart']>;
export type Plan = Complete<Schemas['Plan']>;
export type PlanState = Plan['state'];
export type PlanEffect = Complete<Schemas['PlanEffect']>;
export type PlanPerson = Complete<Schemas['PlanPerson']>;
export type RuleMatches = Complete<Schemas['RuleMatches']>;
export type MembershipException = Complete<Schemas['MembershipException']>;
export type ServiceStatus = Complete<Schemas['ServiceStatus']>;

/** 64-bit numbers travel as text. */
export const count = (value: string | number | undefined) => Number(value ?? 0);
