; SPDX-License-Identifier: GPL-3.0-or-later
;
; What the demo has GIMP do, without a window.  Each function says one sentence
; when it is done: gimp-console itself exits 0 whatever happens.

(define (fse-demo-train pairs model minutes steps)
  ; The procedure wants an image and a drawable, as every entry of a menu; the
  ; pictures come from the folder.
  (let* ((image (car (gimp-image-new 16 16 RGB)))
         (layer (car (gimp-layer-new image 16 16 RGB-IMAGE "any" 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (let ((result (plug-in-few-shot-edit-train RUN-NONINTERACTIVE image layer
                                               0 #() 0 #() pairs model
                                               minutes steps 128 1 "" 0 '())))
      (gimp-image-delete image)
      (gimp-message (string-append "FSE-DEMO-TRAINED steps " (number->string (cadr result)))))))

(define (fse-demo-apply model in out)
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE in in)))
         (layer (car (gimp-image-get-active-layer image)))
         (result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image layer model 1 1.0 1 "" 0))))
    (gimp-file-save RUN-NONINTERACTIVE image result out out)
    (gimp-image-delete image)
    (gimp-message "FSE-DEMO-APPLIED")))
