import type { Catalogue } from '../pipeline/resolve/catalogue.ts';
import type { Selection, SelectedFile } from '../pipeline/resolve/selection.ts';
import type { Templates } from '../pipeline/render/templates.ts';

/** Reads the texts of a selection, by path from the root; files that are filled in, not copied, are left out. */
export async function readSources(
  { files }: Selection,
  from: Catalogue['registryOf'],
  templates: Pick<Templates, 'read'>,
): Promise<ReadonlyMap<string, string>> {
  const isFilled = ({ origin, from }: SelectedFile) =>
    origin === 'templates' && from.endsWith('.hbs');
  const copied = files.filter((file) => file.role !== 'rendered' && !isFilled(file));
  const read = async (file: SelectedFile): Promise<readonly [string, string]> => [
    file.to,
    await (file.origin === 'registry' ? from(file.owner) : templates).read(file.from),
  ];
  return new Map(await Promise.all(copied.map(read)));
}
