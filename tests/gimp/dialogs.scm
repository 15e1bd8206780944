; SPDX-License-Identifier: GPL-3.0-or-later
;
; The two dialogs inside of GIMP; drive-dialogs.py presses their buttons.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(define model (string-append (getenv "FSE_WORK") "/dialog.fewshot.safetensors"))

(define (mean layer) (car (gimp-drawable-histogram layer HISTOGRAM-RED 0.0 1.0)))

(let* ((made (fse-image 80 64 RGB))
       (image (car made))
       (source (cadr made))
       (pairs (fse-pairs image 5))
       (n (car (gimp-image-get-layers image))))
  ; The dialog finds the pairs by the layers' names.
  (let ((result (plug-in-few-shot-edit-train RUN-INTERACTIVE image source 0 #() 0 #()
                                             "" model 0 30 64 1 "" 1 '("batch=2"))))
    (fse-check "the Train dialog trains" (and (string=? (car result) model) (= (cadr result) 30) (file-exists? model)))
    (fse-check "Apply Now does the edit to the current layer" (= (car (gimp-image-get-layers image)) (+ n 1)))
    (let ((edited (vector-ref (cadr (gimp-image-get-layers image)) (- (car (gimp-image-get-item-position image source)) 1))))
      (fse-check "the edit lies above its layer, of its size, and is another picture"
                 (and (= (car (gimp-drawable-width edited)) 80) (= (car (gimp-drawable-height edited)) 64)
                      (string=? (substring (car (gimp-item-get-name edited)) 0 7) "Picture")
                      (> (abs (- (mean edited) (mean source))) 0.2)))))
  (let ((layer (car (plug-in-few-shot-edit-apply RUN-INTERACTIVE image source model 1 0.9 1 "" 0))))
    (fse-check "the Apply dialog adds a layer"
               (and (= (car (gimp-image-get-layers image)) (+ n 2))
                    (string=? (car (gimp-item-get-name layer)) "Picture (dialog, 90 %)"))))
  (let ((layer (car (plug-in-few-shot-edit-apply RUN-WITH-LAST-VALS image source "" 1 0.0 1 "" 0))))
    (fse-check "what the dialog applied is repeated" (= (car (gimp-image-get-layers image)) (+ n 3))))
  ; Closing a dialog is no error and changes nothing.
  (plug-in-few-shot-edit-apply RUN-INTERACTIVE image source model 1 0.5 1 "" 0)
  (fse-check "a cancelled dialog changes nothing" (= (car (gimp-image-get-layers image)) (+ n 3)))
  (gimp-image-delete image))

(fse-say "end")
