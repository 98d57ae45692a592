import { useRef, useState } from 'react';
import {
  type RegisterForm,
  type RegisterPlaces,
  type RegisterPreview,
  type RegisterQuestion,
  registerForms,
} from '../../../electron/contract/model.ts';
import { useAct } from '../../app/host.tsx';
import { go } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { cx } from '../../parts/cx.ts';
import { Icon } from '../../parts/icon.tsx';
import layout from '../../parts/layout.module.css';
import { Menu } from '../../parts/menu.tsx';
import { ProblemInline } from '../../parts/problem.tsx';
import { ColumnsStep } from './columns-step.tsx';
import { base64OfFile, MAX_REGISTER_BYTES, saveRegister } from './files.ts';
import css from './import.module.css';
import { Preview } from './preview.tsx';

/** Brings a register of sites in: choose a file, see every fault at once, and only then write. */
export function ImportRegister() {
  const t = useText();
  const [answer, setAnswer] = useState<RegisterPreview | RegisterQuestion | null>(null);
  const preview = answer?.step === 'preview' ? answer : null;
  const [tooBig, setTooBig] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const read = useAct(async (client, file: File) =>
    client.register.preview({ fileName: file.name, content: await base64OfFile(file) }),
  );
  const accept = useAct((client, previewId: string) => client.register.accept({ previewId }));
  const template = useAct((client, form: RegisterForm) => client.register.template({ form }));
  const columns = useAct((client, previewId: string) => client.register.columns({ previewId }));
  const map = useAct((client, input: { previewId: string; places: RegisterPlaces }) =>
    client.register.map(input),
  );

  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    for (const act of [accept, columns, map]) act.forget();
    setAnswer(null);
    if (file.size > MAX_REGISTER_BYTES) {
      setTooBig(file.name);
      return;
    }
    setTooBig(null);
    setAnswer((await read.run(file)) ?? null);
  };
  const problem = read.problem ?? template.problem ?? columns.problem ?? map.problem;
  const blockers = preview?.problems.filter((problem) => problem.severity === 'blocker').length ?? 0;
  const written = preview?.sites.filter((site) => site.change !== 'unchanged').length ?? 0;

  return (
    <div className={layout.screen}>
      <header className={layout.bar}>
        <IconButton
          kind="quiet"
          icon="left"
          label={t('site.back')}
          className={layout.back}
          onPress={() => go('/')}
        />
        <h1>
          <Text id="sites.import" />
        </h1>
        <span className="grow" />
        <Menu
          label={t('import.template')}
          trigger={
            <Button
              icon="doc"
              busy={template.busy ? t('import.template.making') : undefined}
              onPress={() => undefined}
            >
              <Text id="import.template" />
            </Button>
          }
          entries={registerForms.map((form) => ({
            id: form,
            label: t(`register.form.${form}`),
            onAction: async () => {
              const made = await template.run(form);
              if (made) saveRegister(made);
            },
          }))}
        />
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a second way; the button is the first */}
      <div
        className={css.body}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer.files[0]);
        }}
      >
        <div className={cx(css.drop, over && css.over, answer !== null && css.small)}>
          <Icon name="import" size={24} />
          <div className="grow">
            <h2>
              {answer === null ? (
                <Text id="import.choose" />
              ) : (
                <Text id="import.file" values={{ file: answer.fileName }} />
              )}
            </h2>
            <p className="quiet">
              <Text id={preview?.mapped ? 'import.mapped' : 'import.choose.what'} />
            </p>
          </div>
          <input
            ref={input}
            className="hidden-visually"
            type="file"
            accept=".csv,.txt,.xlsx"
            aria-label={t('import.file_field')}
            tabIndex={-1}
            onChange={(event) => {
              void take(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
          {preview?.mapped && (
            <Button
              big
              busy={columns.busy ? t('import.reading') : undefined}
              onPress={async () => setAnswer((await columns.run(preview.previewId)) ?? answer)}
            >
              <Text id="import.columns.change" />
            </Button>
          )}
          <Button
            big
            kind={answer === null ? 'key' : 'neutral'}
            busy={read.busy ? t('import.reading') : undefined}
            onPress={() => input.current?.click()}
          >
            <Text id={answer === null ? 'import.choose.do' : 'import.choose.other'} />
          </Button>
        </div>
        {tooBig !== null && (
          <div className={css.problem}>
            <ProblemInline problem={{ code: 'register.too_large', params: { fileName: tooBig } }} />
          </div>
        )}
        {problem !== null && (
          <div className={css.problem}>
            <ProblemInline problem={problem} />
          </div>
        )}
        {preview !== null && <Preview preview={preview} />}
        {answer?.step === 'columns' && (
          <ColumnsStep
            key={answer.previewId}
            question={answer}
            busy={map.busy}
            onDone={async (places) =>
              setAnswer((await map.run({ previewId: answer.previewId, places })) ?? answer)
            }
          >
            <Button big onPress={() => go('/')}>
              <Text id="dialog.cancel" />
            </Button>
          </ColumnsStep>
        )}
      </div>
      {preview !== null && (
        <div className={layout.foot}>
          <span className="grow" role="status">
            {blockers > 0 ? (
              <Text id="import.blocked" values={{ count: blockers }} />
            ) : (
              <Text id="import.ready" values={{ count: written }} />
            )}
          </span>
          {accept.problem !== null && <ProblemInline problem={accept.problem} />}
          <Button big onPress={() => go('/')}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind="key"
            notYet={blockers > 0 ? t('import.blocked', { count: blockers }) : undefined}
            busy={accept.busy ? t('import.running') : undefined}
            onPress={async () => {
              if (await accept.run(preview.previewId)) go('/');
            }}
          >
            <Text id="import.accept" values={{ count: written }} />
          </Button>
        </div>
      )}
    </div>
  );
}
