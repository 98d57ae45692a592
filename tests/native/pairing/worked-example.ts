/** A56 of the device protocol, byte for byte; x and y are those of RFC 9383's first P-256 vector. */
export const workedExample = {
  code: '04.a2.ff',
  serial: 'IQ3-000001',
  password: '303441324646',
  salt: '000102030405060708090a0b0c0d0e0f',
  rounds: 1000,
  x: 0xd1232c8e8693d02368976c174e2088851b8365d0d79a9eee709c6a05a2fad539n,
  y: 0x717a72348a182085109c8d3917d6c43d59b224dc6a7fc4f0483232fa6516d8b3n,
  w0: '2e1e24003a29d6f87d88c3f728e1031c673e9f234fefef8ecc7ed63bf29378b6',
  w1: 'd57d014d749f0f86236731568ff4cbdc95962890a87b9eea3dfaf913d952a8f0',
  L: '04d4f64d971b3cfc70a2e95f7019504168dcc4cf2834c899fde112af0bd83fe1304ff2f847c834762581b2dcfbb4e3c3f459df6fa262313bbab2b69189bf612c48',
  shareP:
    '04a2dc2068292b228384823eaa85fcd8af9ec9b4603ce1eec707e4188299765f7efe01d33835517cc604ca0bb638de4c5ac06b4ea6370d5d5d18b7bc8cac8e7f1d',
  shareV:
    '04d563ec8b10ae102a669eb80ee6bef5f87b9e1e9e48826fa990326e052d54c1a994071b52bb3a364cc086be05a961b0b277a92b3fd019a72d5eee768da763a423',
  confirmV: '329948be228cfedff67d72cd8d1fd648fce2d46d818d6da5a6eda80c2fcfee60',
  confirmP: '5c65c5c05525bd6683b1202078c1a1bbd325f1e8293b4367ac072177933ec35d',
  kShared: 'e1604ef9c64d7ff1ceaf2274b29f5f6bc2c6faff752047a32ff19c7bbbdb8625',
  keyAppToDevice: '1f295b25e058ecde6b29c6ffd688f302',
  keyDeviceToApp: 'e5a489b4fa11ecff6c914ee2856f5640',
  innerRequest: '080000010040020fa0',
  outerRequest: '0a00002100400302a2616e016163581980bca7676df3a730dc92a740b9cd4d7c57a20a1aed6ddb859d',
  innerResponse: '0900001f0040020fa362757007636c65646c7374656164795f77686974656764726f7070656400',
  outerResponse:
    '0b00003f00400302a2616e0161635837e20ef095d700fa54b2385f4c0afc406bf2e64f262815c084cf368bfd4a4e245d66f0295f8b2607ace5455d147af8a87ed900591eaaa4fe',
} as const;

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
