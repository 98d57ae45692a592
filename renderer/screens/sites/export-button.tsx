import { type RegisterForm, registerForms } from '../../../electron/contract/model.ts';
import { useAct } from '../../app/host.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { Menu } from '../../parts/menu.tsx';
import { ProblemInline } from '../../parts/problem.tsx';
import { saveRegister } from '../import/files.ts';

/** Saves the sites that are shown, null for all of them, as a register that can be changed and imported again. */
export function ExportButton({ siteIds }: { siteIds: readonly string[] | null }) {
  const t = useText();
  const make = useAct((client, form: RegisterForm) =>
    client.register.export({ siteIds: siteIds === null ? null : [...siteIds], form }),
  );
  return (
    <>
      {make.problem !== null && <ProblemInline problem={make.problem} />}
      <Menu
        label={t('sites.export')}
        trigger={
          <Button
            icon="doc"
            notYet={siteIds?.length === 0 ? t('sites.none_found') : undefined}
            busy={make.busy ? t('import.template.making') : undefined}
            onPress={() => undefined}
          >
            <Text id="sites.export" />
          </Button>
        }
        entries={registerForms.map((form) => ({
          id: form,
          label: t(`register.form.${form}`),
          onAction: async () => {
            const made = await make.run(form);
            if (made) saveRegister(made);
          },
        }))}
      />
    </>
  );
}
