import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The path of a file under `resources/`. Looks upwards from this module, so that it is found from the source
 * tree and from a bundle alike.
 * @param name relative to `resources/`, for example `cloud/openapi.yaml`
 */
export function resourcePath(name: string): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, 'resources', name);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) throw new Error(`resources/${name} is missing`);
  }
}
