import { isFilled } from '../pipeline/render/render-file.ts';
import type { Catalogue } from '../pipeline/resolve/catalogue.ts';
import type { Selection, SelectedFile } from '../pipeline/resolve/selection.ts';
import type { Templates } from '../pipeline/render/templates.ts';

/**
 * Reads the texts of the copied files of a selection, by path from the root. Rendered files and
 * Handlebars templates are left out.
 */
export async function readSources(
  { files }: Selection,
  registryOf: Catalogue['registryOf'],
  templates: Pick<Templates, 'read'>,
): Promise<ReadonlyMap<string, string>> {
  const readFile = (file: SelectedFile): Promise<string> => {
    const source = file.origin === 'registry' ? registryOf(file.owner) : templates;
    return source.read(file.from);
  };
  const copied = files.filter((file) => file.role !== 'rendered' && !isFilled(file));
  return new Map(
    await Promise.all(copied.map(async (file) => [file.to, await readFile(file)] as const)),
  );
}
