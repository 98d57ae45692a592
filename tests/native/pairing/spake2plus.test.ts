import { p256 } from '@noble/curves/nist.js';
import { describe, expect, it } from 'vitest';
import {
  isPoint,
  normalizeActivationCode,
  register,
  Spake2PlusProver,
  Spake2PlusVerifier,
} from '../../../native/pairing/index.ts';
import { hex, toHex, workedExample } from './worked-example.ts';

/** RFC 9383, appendix C, first vector: P256-SHA256-HKDF-SHA256-HMAC-SHA256. */
const rfc = {
  names: {
    context: 'SPAKE2+-P256-SHA256-HKDF-SHA256-HMAC-SHA256 Test Vectors',
    idProver: 'client',
    idVerifier: 'server',
  },
  w0: 'bb8e1bbcf3c48f62c08db243652ae55d3e5586053fca77102994f23ad95491b3',
  w1: '7e945f34d78785b8a3ef44d0df5a1a97d6b3b460409a345ca7830387a74b1dba',
  L: '04eb7c9db3d9a9eb1f8adab81b5794c1f13ae3e225efbe91ea487425854c7fc00f00bfedcbd09b2400142d40a14f2064ef31dfaa903b91d1faea7093d835966efd',
  shareP:
    '04ef3bd051bf78a2234ec0df197f7828060fe9856503579bb1733009042c15c0c1de127727f418b5966afadfdd95a6e4591d171056b333dab97a79c7193e341727',
  shareV:
    '04c0f65da0d11927bdf5d560c69e1d7d939a05b0e88291887d679fcadea75810fb5cc1ca7494db39e82ff2f50665255d76173e09986ab46742c798a9a68437b048',
  confirmP: '926cc713504b9b4d76c9162ded04b5493e89109f6d89462cd33adc46fda27527',
  confirmV: '9747bcc4f8fe9f63defee53ac9b07876d907d55047e6ff2def2e7529089d3e68',
  kShared: '0c5f8ccd1413423a54f6c1fb26ff01534a87f893779c6e68666d772bfd91f3e7',
};

const names = { idProver: 'doorstep', idVerifier: workedExample.serial, context: 'doorstep pairing 1' };
const password = {
  password: normalizeActivationCode(workedExample.code),
  ...names,
  salt: hex(workedExample.salt),
  rounds: workedExample.rounds,
};
const infinityOrWorse: readonly [string, Uint8Array][] = [
  ['infinity', Uint8Array.of(0)],
  ['65 zero bytes', new Uint8Array(65)],
  ['nothing', new Uint8Array()],
  ['a compressed point', p256.Point.BASE.toBytes(true)],
  ['a hybrid point', withFirstByte(0x06)],
  ['a point off the curve', offTheCurve()],
  ['a coordinate of p or more', coordinateOverP()],
  ['a point of 66 bytes', new Uint8Array([...p256.Point.BASE.toBytes(false), 0])],
];

function withFirstByte(first: number): Uint8Array {
  const bytes = p256.Point.BASE.toBytes(false);
  bytes[0] = first;
  return bytes;
}

function offTheCurve(): Uint8Array {
  const bytes = p256.Point.BASE.toBytes(false);
  bytes[64] = (bytes[64] ?? 0) ^ 1;
  return bytes;
}

/** x = 5 lies on the curve, so that x + p names the same point in a form that A25 forbids. */
function coordinateOverP(): Uint8Array {
  const point = p256.Point.fromHex(`02${'5'.padStart(64, '0')}`);
  const bytes = point.toBytes(false);
  const over = (5n + p256.Point.Fp.ORDER).toString(16).padStart(64, '0');
  bytes.set(Buffer.from(over, 'hex'), 1);
  return bytes;
}

describe('RFC 9383 appendix C', () => {
  it('is met by both sides', () => {
    const prover = new Spake2PlusProver({
      ...rfc.names,
      w0: hex(rfc.w0),
      w1: hex(rfc.w1),
      randomScalar: () => workedExample.x,
    });
    const verifier = new Spake2PlusVerifier({
      ...rfc.names,
      w0: hex(rfc.w0),
      L: hex(rfc.L),
      randomScalar: () => workedExample.y,
    });
    expect(toHex(prover.shareP)).toBe(rfc.shareP);
    const answer = verifier.answer(prover.shareP);
    expect(toHex(answer.shareV)).toBe(rfc.shareV);
    expect(toHex(answer.confirmV)).toBe(rfc.confirmV);
    const done = prover.finish(answer.shareV, answer.confirmV);
    expect(toHex(done.confirmP)).toBe(rfc.confirmP);
    expect(toHex(done.kShared)).toBe(rfc.kShared);
    expect(toHex(verifier.finish(done.confirmP).kShared)).toBe(rfc.kShared);
  });
});

describe('A56 worked example', () => {
  it('stretches the password to w0, w1 and L (A24)', async () => {
    const registration = await register(password);
    expect(toHex(registration.w0)).toBe(workedExample.w0);
    expect(toHex(registration.w1)).toBe(workedExample.w1);
    expect(toHex(registration.L)).toBe(workedExample.L);
  });

  it('gives shares, confirmations and the shared key (A25)', async () => {
    const prover = await Spake2PlusProver.create({
      ...password,
      ...names,
      randomScalar: () => workedExample.x,
    });
    const verifier = new Spake2PlusVerifier({
      ...names,
      w0: hex(workedExample.w0),
      L: hex(workedExample.L),
      randomScalar: () => workedExample.y,
    });
    expect(toHex(prover.shareP)).toBe(workedExample.shareP);
    const { shareV, confirmV } = verifier.answer(prover.shareP);
    expect(toHex(shareV)).toBe(workedExample.shareV);
    expect(toHex(confirmV)).toBe(workedExample.confirmV);
    const { confirmP, kShared } = prover.finish(shareV, confirmV);
    expect(toHex(confirmP)).toBe(workedExample.confirmP);
    expect(toHex(kShared)).toBe(workedExample.kShared);
    expect(toHex(verifier.finish(confirmP).kShared)).toBe(workedExample.kShared);
  });
});

describe('what is refused', () => {
  it.each([
    ['a salt of 15 bytes', { salt: new Uint8Array(15) }],
    ['a salt of 33 bytes', { salt: new Uint8Array(33) }],
    ['999 rounds', { rounds: 999 }],
    ['1 000 001 rounds', { rounds: 1_000_001 }],
    ['half a round', { rounds: 1000.5 }],
  ])('%s (A24)', async (_name, change) => {
    await expect(register({ ...password, ...change })).rejects.toMatchObject({ code: 'pairing.parameters' });
  });

  it.each(infinityOrWorse)('%s, by both sides (A25)', async (_name, share) => {
    const registration = await register(password);
    const prover = new Spake2PlusProver({ ...names, ...registration });
    const verifier = new Spake2PlusVerifier({ ...names, ...registration });
    expect(isPoint(share)).toBe(false);
    const refusal = expect.objectContaining({ code: 'pairing.share_invalid' });
    expect(() => verifier.answer(share)).toThrow(refusal);
    expect(() => prover.finish(share, new Uint8Array(32))).toThrow(refusal);
  });

  it('a share that unmasks to infinity (A25)', async () => {
    const registration = await register(password);
    const M = p256.Point.fromHex('02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f');
    const share = M.multiply(BigInt(`0x${toHex(registration.w0)}`)).toBytes(false);
    expect(isPoint(share)).toBe(true);
    expect(() => new Spake2PlusVerifier({ ...names, ...registration }).answer(share)).toThrow(
      expect.objectContaining({ code: 'pairing.share_invalid' }),
    );
  });

  it.each([
    ['another code', { password: normalizeActivationCode('04A2FE') }],
    ['another serial', { idVerifier: 'IQ3-000002' }],
    ['another salt', { salt: new Uint8Array(16) }],
    ['another context', { context: 'doorstep pairing 2' }],
  ])('%s: confirmV does not fit, and no key is given', async (_name, change) => {
    const verifier = new Spake2PlusVerifier({ ...names, ...(await register(password)) });
    const prover = await Spake2PlusProver.create({ ...password, ...names, ...change });
    const { shareV, confirmV } = verifier.answer(prover.shareP);
    expect(() => prover.finish(shareV, confirmV)).toThrow(
      expect.objectContaining({ code: 'pairing.wrong_code' }),
    );
  });

  it('a wrong confirmP, and a second guess in the same attempt (A27)', async () => {
    const registration = await register(password);
    const prover = new Spake2PlusProver({ ...names, ...registration });
    const verifier = new Spake2PlusVerifier({ ...names, ...registration });
    const { shareV, confirmV } = verifier.answer(prover.shareP);
    const { confirmP } = prover.finish(shareV, confirmV);
    const wrong = confirmP.map((byte, index) => (index === 31 ? byte ^ 1 : byte));
    const refusal = expect.objectContaining({ code: 'pairing.wrong_code' });
    expect(() => verifier.finish(wrong)).toThrow(refusal);
    expect(() => verifier.finish(confirmP)).toThrow(refusal);
  });

  it('a confirmation of another length', async () => {
    const registration = await register(password);
    const prover = new Spake2PlusProver({ ...names, ...registration });
    const verifier = new Spake2PlusVerifier({ ...names, ...registration });
    const { shareV, confirmV } = verifier.answer(prover.shareP);
    expect(() => prover.finish(shareV, confirmV.subarray(0, 31))).toThrow(
      expect.objectContaining({ code: 'pairing.wrong_code' }),
    );
  });
});

it('two attempts never share a scalar', async () => {
  const registration = await register(password);
  const shares = Array.from({ length: 4 }, () =>
    toHex(new Spake2PlusProver({ ...names, ...registration }).shareP),
  );
  expect(new Set(shares).size).toBe(4);
});
