import { useState } from 'react';
import {
  type RegisterPlaces,
  type RegisterQuestion,
  registerColumns,
} from '../../../electron/contract/model.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { Select } from '../../parts/fields.tsx';
import layout from '../../parts/layout.module.css';
import css from './columns-step.module.css';

const NOWHERE = 'nowhere';

/** A head that is not ours: which column is which. Asked once for each set of column names. */
export function ColumnsStep({
  question,
  busy,
  onDone,
  children,
}: {
  question: RegisterQuestion;
  busy: boolean;
  onDone: (places: RegisterPlaces) => void;
  children: React.ReactNode;
}) {
  const t = useText();
  const [places, setPlaces] = useState<RegisterPlaces>(question.places);
  const nameOf = (place: number) => {
    const name = question.head[place]?.name ?? '';
    return name === '' ? t('import.columns.unnamed', { number: place + 1 }) : name;
  };
  const missing = question.needed.filter((column) => places[column] === undefined);
  const taken = new Map(Object.entries(places).map(([column, place]) => [place, column]));

  return (
    <>
      <div className={css.step}>
        <h2>
          <Text id="import.columns" />
        </h2>
        <p className="quiet">
          <Text id="import.columns.why" />
        </p>
        <div className={css.fields}>
          {registerColumns.map((column) => {
            const place = places[column];
            const sample = place === undefined ? '' : (question.head[place]?.sample ?? '');
            const needed = question.needed.includes(column);
            const free = question.head.flatMap((_, at) => {
              const owner = taken.get(at);
              return owner === undefined || owner === column ? [{ id: String(at), label: nameOf(at) }] : [];
            });
            return (
              <Select
                key={column}
                label={t(`import.column.${column}`)}
                value={place === undefined ? NOWHERE : String(place)}
                choices={[{ id: NOWHERE, label: t('import.columns.nowhere') }, ...free]}
                onChange={(id) => {
                  const { [column]: _, ...others } = places;
                  setPlaces(id === NOWHERE ? others : { ...others, [column]: Number(id) });
                }}
                error={needed && place === undefined ? t('import.columns.needed') : undefined}
                hint={sample === '' ? undefined : t('import.columns.sample', { sample })}
              />
            );
          })}
        </div>
      </div>
      <div className={layout.foot}>
        <span className="grow" role="status">
          <Text id="import.columns.missing" values={{ count: missing.length }} />
        </span>
        {children}
        <Button
          big
          kind="key"
          notYet={missing.length > 0 ? t('import.columns.missing', { count: missing.length }) : undefined}
          busy={busy ? t('import.reading') : undefined}
          onPress={() => onDone(places)}
        >
          <Text id="import.columns.do" />
        </Button>
      </div>
    </>
  );
}
