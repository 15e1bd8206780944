/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * _(), N_() and ngettext() of this program's own domain: a plug-in shares its
 * host's process-wide state, so the domain is always named.
 *
 * Whole sentences are translated, and clauses that stand on their own between
 * brackets or before a colon.  What programs read stays as it is: names of
 * settings, JSON, files, and the command line's help and lines of progress.
 */
#ifndef FSE_I18N_H
#define FSE_I18N_H

#ifndef GETTEXT_PACKAGE
#define GETTEXT_PACKAGE "few-shot-edit"
#endif

#include <glib/gi18n-lib.h>

#undef ngettext
#define ngettext(one, many, n) g_dngettext (GETTEXT_PACKAGE, one, many, n)

G_BEGIN_DECLS

/* Takes the locale of the environment, and binds the domain.  Once, at a
 * program's start, while it has one thread. */
void   fse_i18n_start  (void);
/* Where the translations lie, newly allocated: in "locale" beside the program
 * (a user's install), else in "po" beside the program's folder (a build), else
 * where the system's install put them. */
gchar *fse_i18n_folder (void);

G_END_DECLS

#endif
