; SPDX-License-Identifier: GPL-3.0-or-later
;
; Trainings that run-killed-tests ends with SIGKILL: first GIMP, then the plug-in.
; FSE_PART is the first or the second GIMP.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(define model (string-append (getenv "FSE_WORK") "/killed.fewshot.safetensors"))
(define (train image layer)
  (plug-in-few-shot-edit-train RUN-INTERACTIVE image layer 0 #() 0 #() "" model 0 1000000 64 1 "" 1 '("batch=2")))

(let* ((made (fse-image 80 64 RGB))
       (image (car made)))
  (if (string=? (getenv "FSE_PART") "first")
      (begin
        (fse-pairs image 5)
        (train image (cadr made)))
      (begin ; no pairs are open any more
        (fse-must-fail "the plug-in is killed" (train image (cadr made)))
        (fse-check "no model is there yet" (not (file-exists? model)))
        (let ((result (train image (cadr made))))
          (fse-check "the training killed twice is at its end"
                     (and (string=? (car result) model) (> (cadr result) 0) (file-exists? model)
                          (not (file-exists? (string-append model ".checkpoint")))
                          (not (file-exists? (string-append model ".pairs")))))))))

(fse-say "end")
