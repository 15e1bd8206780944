; SPDX-License-Identifier: GPL-3.0-or-later
;
; plugin/apply-folder.scm on the befores of the example pairs, one of which is broken.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))
(load (string-append (getenv "FSE_TESTS") "/../../plugin/apply-folder.scm"))

(define work (getenv "FSE_WORK"))
(define model (string-append work "/layers.fewshot.safetensors"))
(define (done name) (string-append work "/edited/" name))

(few-shot-edit-folder model (string-append work "/pairs/before/*.png") (string-append work "/edited") 1.0)
(fse-check "all pictures of a folder but the broken one"
           (and (file-exists? (done "0.png")) (file-exists? (done "4.png")) (not (file-exists? (done "broken.png")))))
(let ((image (car (gimp-file-load RUN-NONINTERACTIVE (done "3.png") (done "3.png")))))
  (fse-check "they have their size" (= (car (gimp-image-width image)) 64))
  (gimp-image-delete image))
(few-shot-edit-folder model (string-append work "/pairs/before/*.png") (string-append work "/edited") 1.0)
(fse-say "end")
