import type { RegisterPreview, RegisterProblem, RegisterQuestion } from '../../electron/contract/index.ts';
import { fakeId } from './fake-times.ts';

const nothing = { differences: [], differenceCount: 0, unnamed: 0 };

/** A register that changes one site, plans another and leaves a third as it is. */
export function fakePreview(fileName: string): RegisterPreview {
  return {
    step: 'preview',
    previewId: fakeId(7000),
    fileName,
    mapped: false,
    sites: [
      {
        name: 'Hotel Zur Alten Post, Personalhaus',
        change: 'changed',
        hubs: 2,
        repeaters: 3,
        doors: 24,
        differences: [
          {
            row: 2,
            device: null,
            column: 'street',
            before: 'Marktplatz 4',
            after: 'Marktplatz 4a, Rückgebäude',
          },
          { row: 2, device: null, column: 'voucher', before: '', after: 'PRO-50-2027' },
          { row: 3, device: 'IQ Keller', column: 'activation_code', before: null, after: null },
          { row: 9, device: 'Zimmer 104', column: 'parent', before: 'IQ Keller', after: 'Repeater 2. OG' },
          { row: 31, device: 'Fahrradraum', column: null, before: null, after: 'lock' },
        ],
        differenceCount: 12,
        unnamed: 2,
      },
      {
        name: 'Rathaus Weißenbach, Nebengebäude',
        change: 'new',
        hubs: 1,
        repeaters: 0,
        doors: 6,
        ...nothing,
      },
      {
        name: 'Praxis Dr. Löwenstein & Partner',
        change: 'unchanged',
        hubs: 1,
        repeaters: 0,
        doors: 9,
        ...nothing,
      },
    ],
    problems: [],
  };
}

/** Two faults and a warning. */
export function fakeFaults(): RegisterProblem[] {
  return [
    {
      code: 'register.kind_unknown',
      params: { value: 'hub', kind: 'hub' },
      row: 4,
      column: 'kind',
      site: 'Rathaus Weißenbach, Nebengebäude',
      severity: 'blocker',
    },
    {
      code: 'OWNER_EMAIL_FORMAT',
      params: { email: 'rathaus@' },
      row: 9,
      column: 'owner_email',
      site: 'Rathaus Weißenbach, Nebengebäude',
      severity: 'blocker',
    },
    {
      code: 'VOUCHER_MISSING',
      params: {},
      row: 2,
      column: 'voucher',
      site: 'Hotel Zur Alten Post, Personalhaus',
      severity: 'warning',
    },
  ];
}

/** A head that is not ours, as a locksmith's own list has it. */
export function fakeQuestion(fileName: string): RegisterQuestion {
  return {
    step: 'columns',
    previewId: fakeId(7001),
    fileName,
    head: [
      { name: 'Objekt', sample: 'Rathaus Weißenbach' },
      { name: 'Straße', sample: 'Marktplatz 4' },
      { name: 'PLZ', sample: '01067' },
      { name: 'Ort', sample: 'Dresden' },
      { name: 'Bezeichnung', sample: 'Zimmer 104' },
      { name: 'Art', sample: 'lock' },
      { name: 'Code', sample: '••••' },
      { name: 'Bemerkung', sample: 'Tür klemmt' },
    ],
    places: { site: 0, street: 1, postcode: 2, city: 3, kind: 5, activation_code: 6, notes: 7 },
    needed: ['site', 'device', 'kind'],
  };
}
