import type { Lock } from '../lock/lock-file.ts';
import type { Component } from '../registry/component.ts';
import type { PackageManager } from '../repo/package-manager.ts';
import type { Catalogue } from '../resolve/catalogue.ts';
import type { ComponentAction } from '../resolve/request.ts';
import type { Wiring } from '../resolve/selection.ts';
import type { Renderer } from './templates.ts';

/** The inputs of rendering besides the selection: texts by path from the root, templates, facts. */
export type Materials = {
  readonly texts: ReadonlyMap<string, string>;
  readonly renderers: Readonly<Record<string, Renderer>>;
  readonly registryOf: Catalogue['registryOf'];
  /** The version of the tool. */
  readonly tool: string;
  readonly manager: PackageManager;
  /** Absent for a new project. */
  readonly installed?: InstalledProject;
};

/** What is installed, and what this command does with it. */
export type InstalledProject = {
  readonly lock: Lock;
  /** What the rendered files contain now. */
  readonly wiring: Wiring;
  readonly actions: ReadonlyMap<string, ComponentAction>;
  /** The components that this command removes. */
  readonly removed: readonly Component[];
};

/** What the command does with an owner of files; a new one is added. */
export function actionOf(owner: string, installed: InstalledProject | undefined): ComponentAction {
  return installed?.actions.get(owner) ?? 'add';
}
