; SPDX-License-Identifier: GPL-3.0-or-later
;
; What run-window-tests needs before it starts the whole GIMP.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(let* ((made (fse-image 200 150 RGB))
       (image (car made))
       (pairs (fse-pairs image 3))
       (picture (string-append (getenv "FSE_WORK") "/picture.png")))
  (fse-train image (cadr made) pairs (string-append (getenv "FSE_WORK") "/window.fewshot.safetensors") 3)
  (file-png-save RUN-NONINTERACTIVE image (cadr made) picture picture 0 9 0 0 0 0 0)
  (gimp-image-delete image))

(fse-say "end")
