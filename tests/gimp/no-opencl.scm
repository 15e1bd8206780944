; SPDX-License-Identifier: GPL-3.0-or-later
;
; A machine without any OpenCL: both procedures are there, and say what to install.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(fse-check "both procedures are registered without OpenCL"
           (= (car (gimp-procedural-db-query "^plug-in-few-shot-edit-(train|apply)$" ".*" ".*" ".*" ".*" ".*" ".*")) 2))

(let* ((made (fse-image 80 64 RGB))
       (image (car made))
       (pairs (fse-pairs image 2)))
  (fse-must-fail "train: no OpenCL" (fse-train image (cadr made) pairs (string-append (getenv "FSE_WORK") "/none.fewshot.safetensors") 2))
  (fse-must-fail "apply: no OpenCL"
                 (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image (cadr made)
                                              (string-append (getenv "FSE_WORK") "/layers.fewshot.safetensors") 1 1.0 1 "" 0))
  (gimp-image-delete image))

(fse-say "end")
