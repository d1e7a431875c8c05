import type { FileAction } from '../../../src/pipeline/decide/decision.ts';

/** No text: the file does not exist, or the tool never wrote it. */
export const none = undefined;

/** The lock has the file, but its base copy is lost. */
export const lost = Symbol('lost');

export type Text = string | undefined;
type Texts = readonly [base: Text | typeof lost, mine: Text, theirs: Text];

/** The decision for a file, by its three texts, where nothing has to be merged. */
export const oneFile: readonly (readonly [about: string, ...Texts, kind: FileAction['kind']])[] = [
  ['is created', none, none, 'x', 'create'],
  ['that is the same already is adopted', none, 'x', 'x', 'unchanged'],
  ['that we never wrote is never overwritten', none, 'm', 't', 'conflict'],
  ['that is empty is a file', none, '', 'x', 'conflict'],
  ['that nobody changed stays', 'x', 'x', 'x', 'unchanged'],
  ['that only the user changed stays', 'x', 'y', 'x', 'keep-mine'],
  ['that only upstream changed is taken', 'x', 'x', 'y', 'take-theirs'],
  ['that both changed alike is adopted', 'x', 'y', 'y', 'unchanged'],
  ['that the user deleted stays deleted', 'x', none, 'x', 'keep-mine'],
  ['that the user deleted and upstream changed stays deleted', 'x', none, 'y', 'keep-mine'],
  ['that both deleted is forgotten', 'x', none, none, 'unchanged'],
  ['that upstream withdrew is deleted', 'x', 'x', none, 'delete'],
  ['that upstream withdrew and the user edited stays', 'x', 'y', none, 'keep-mine'],
  ['without its base is never guessed', lost, 'm', 't', 'conflict'],
  ['without its base that is as upstream has it is adopted', lost, 'x', 'x', 'unchanged'],
  ['without its base that the user deleted stays deleted', lost, none, 't', 'keep-mine'],
  ['without its base that upstream withdrew stays', lost, 'm', none, 'keep-mine'],
];

/** Other line endings in the user's file are no edit. They stay, even if upstream has others. */
export const lineEndings: readonly (readonly [about: string, ...Texts, action: FileAction])[] = [
  ['are no edit', 'a\nb\n', 'a\r\nb\r\n', 'a\nb\n', { kind: 'unchanged' }],
  ['stay when upstream is taken', 'a\n', 'a\r\n', 'b\n', { kind: 'take-theirs', text: 'b\r\n' }],
  ['stay when upstream has others', 'a\n', 'a\n', 'b\r\n', { kind: 'take-theirs', text: 'b\n' }],
  ['are no reason not to adopt it', none, 'a\r\n', 'a\n', { kind: 'unchanged' }],
  ['are no reason to keep what upstream withdrew', 'a\n', 'a\r\n', none, { kind: 'delete' }],
];
