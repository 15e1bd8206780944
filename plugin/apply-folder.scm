; SPDX-License-Identifier: GPL-3.0-or-later
;
; Applies an edit to many pictures, without a window:
;
;   gimp-console-2.10 -i -d -f -b '(load "apply-folder.scm")' \
;     -b '(few-shot-edit-folder "warm.fewshot.safetensors" "holiday/*.jpg" "edited" 1.0)' -b '(gimp-quit 1)'
;
; Any file that GIMP opens; what it saves has the same name, in a folder that exists.  Files that
; are there already are left as they are, so the same command goes on where it was stopped.  A
; picture that fails is named at the end and does not hold up the others.

(define (few-shot-edit-file model in out strength)
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE in in)))
         (good (catch #f
                 (if (= (car (gimp-image-base-type image)) INDEXED)
                     (gimp-image-convert-rgb image))
                 (let* ((layer (car (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)))
                        (result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image layer model
                                                                  1 strength 1 "" 1)))) ; 1: in the layer's place
                   (gimp-file-save RUN-NONINTERACTIVE image result out out))
                 #t)))
    (gimp-image-delete image)
    good))

(define (few-shot-edit-folder model pattern folder strength)
  (let loop ((files (cadr (file-glob pattern 1))) (done 0) (failed '()))
    (if (null? files)
        (gimp-message (string-append "Few-shot Edit: " (number->string done) " done"
                                     (if (null? failed) "" (string-append ", these failed:\n  " (unbreakupstr (reverse failed) "\n  ")))))
        (let* ((in (car files))
               (out (string-append folder "/" (car (reverse (strbreakup in "/"))))))
          (cond
            ((file-exists? out) (loop (cdr files) done failed))
            ((catch #f (few-shot-edit-file model in out strength)) (loop (cdr files) (+ done 1) failed))
            (else (loop (cdr files) done (cons in failed))))))))
