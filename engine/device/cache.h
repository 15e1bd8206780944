/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The disk cache: compiled programs, and the verdicts of self-tests.  Files
 * in g_get_user_cache_dir()/few-shot-edit/kernels, or in the folder that
 * FEW_SHOT_EDIT_CACHE names ("off": no cache at all).
 *
 * Keys are hashes over all that a file's content depends on, so a file is
 * right or absent; one that is damaged is removed.  Nothing here fails
 * loudly: a cache that cannot be used costs time, never an error.
 */
#ifndef FSE_CACHE_H
#define FSE_CACHE_H

#include <glib.h>

G_BEGIN_DECLS

/* The folder, or NULL where there is to be no cache; free it. */
gchar   *fse_cache_folder (void);
/* Gives PoCL, which compiles each kernel when it is first launched and keeps
 * it by itself, a place in our folder.  Before the first OpenCL call. */
void     fse_cache_house_pocl (void);

/* The compiled form of program `name`, or NULL. */
GBytes  *fse_cache_load (const gchar *name, const gchar *key);
gboolean fse_cache_save (const gchar *name, const gchar *key, gconstpointer binary, gsize length);
/* Removes it: a driver has refused it. */
void     fse_cache_drop (const gchar *name, const gchar *key);

/* Self-tests that have passed. */
gboolean fse_cache_passed     (const gchar *key);
void     fse_cache_set_passed (const gchar *key);
/* A self-test begins: notes it on disk until fse_cache_test_end(), so that a
 * driver that takes the process down with it is known next time.  `crashes`:
 * how many earlier tests have not ended though their processes have. */
gchar   *fse_cache_test_begin (const gchar *key, guint *crashes);
void     fse_cache_test_end   (gchar *mark);
/* Forgets earlier crashes: the test has been passed. */
void     fse_cache_forgive    (const gchar *key);

G_END_DECLS

#endif
