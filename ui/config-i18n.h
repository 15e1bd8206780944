/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * _(), N_() and ngettext() of this program's own domain: a plug-in shares its
 * host's process-wide state, so the domain is always named.
 */
#ifndef FSE_CONFIG_I18N_H
#define FSE_CONFIG_I18N_H

#ifndef GETTEXT_PACKAGE
#define GETTEXT_PACKAGE "few-shot-edit"
#endif

#include <glib/gi18n-lib.h>

#endif
