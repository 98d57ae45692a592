import companies from '../../../resources/practice/companies.json' with { type: 'json' };

/** A person who may sign in to the practice cloud (C38). */
export interface Installer {
  readonly id: string;
  readonly full_name: string;
  readonly email: string;
  readonly role: string;
  readonly company: Company;
}

/** An installer company; it sees its own installations alone (C3). */
export interface Company {
  readonly id: string;
  readonly customer_reference: string;
  readonly tenants: readonly { readonly id: string; readonly customer_reference: string }[];
}

/** The three people of C38. */
export const installers: readonly Installer[] = companies.flatMap((company) =>
  company.installers.map((person) => ({ ...person, company })),
);

/** Their password; it is public, for practice alone. */
export const installerPassword = 'Practice-2026';
