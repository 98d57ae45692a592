/** The system, as the texts tell it apart. */
export function systemOf(platform: NodeJS.Platform): 'linux' | 'macos' | 'windows' | 'other' {
  switch (platform) {
    case 'linux':
      return 'linux';
    case 'darwin':
      return 'macos';
    case 'win32':
      return 'windows';
    default:
      return 'other';
  }
}
