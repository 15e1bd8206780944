; SPDX-License-Identifier: GPL-3.0-or-later
;
; A training that run-tests stops with SIGTERM, and its continuation.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(define model (string-append (getenv "FSE_WORK") "/stopped.fewshot.safetensors"))

(let* ((made (fse-image 80 64 RGB))
       (image (car made))
       (pairs (fse-pairs image 3)))
  (fse-must-fail "train: stopped" (fse-train image (cadr made) pairs model 1000000))
  (fse-check "a stopped training leaves a checkpoint" (file-exists? (string-append model ".checkpoint")))
  (fse-check "a stopped training leaves no model" (not (file-exists? model)))
  ; More steps were made than this budget: what is left to do is the model.
  (plug-in-few-shot-edit-train RUN-NONINTERACTIVE image (cadr made)
                               (vector-length (car pairs)) (car pairs) (vector-length (cadr pairs)) (cadr pairs)
                               "" model 0 1 64 1 "" 2 '("batch=2" "resume=on"))
  (fse-check "it goes on from its checkpoint to its end"
             (and (file-exists? model) (not (file-exists? (string-append model ".checkpoint")))))
  (gimp-image-delete image))

(fse-say "end")
