; SPDX-License-Identifier: GPL-3.0-or-later
;
; What the scripts of this folder share.  (display) prints nothing in a GIMP
; without a console, a message does; the runner looks for the lines "FSE ...".

(define (fse-say text) (gimp-message (string-append "FSE " text)))

(define (fse-check name good)
  (fse-say (string-append (if good "ok - " "not ok - ") name)))

; The call must fail; what it said is in the log behind this line.
(define-macro (fse-must-fail name call)
  `(begin
     (fse-say (string-append "case " ,name))
     (catch (fse-say "failed") ,call (fse-say "returned"))))

; An image with a picture in it that is no plain colour.
(define (fse-image width height type)
  (let* ((image (car (gimp-image-new width height type)))
         (layer (fse-layer image "Picture" 0)))
    (list image layer)))

(define (fse-layer image name shade)
  (let* ((gray (= (car (gimp-image-base-type image)) GRAY))
         (layer (car (gimp-layer-new image (car (gimp-image-width image)) (car (gimp-image-height image))
                                     (if gray GRAYA-IMAGE RGBA-IMAGE) name 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-context-push)
    (gimp-context-set-foreground (list (+ 30 shade) (+ 60 shade) (+ 90 shade)))
    (gimp-context-set-background (list (+ 160 shade) (+ 120 shade) (+ 60 shade)))
    (gimp-context-set-gradient-fg-bg-rgb)
    (gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR shade FALSE 1 0 FALSE
                                      0 0 (car (gimp-image-width image)) (car (gimp-image-height image)))
    (gimp-context-pop)
    layer))

; Layers "before" and the same inverted, "after": an edit that a few steps move towards.
(define (fse-pairs image n)
  (let loop ((i 0) (before '()) (after '()))
    (if (= i n)
        (list (list->vector (reverse before)) (list->vector (reverse after)))
        (let* ((b (fse-layer image (string-append "example " (number->string i) " before") (* i 12)))
               (a (fse-layer image (string-append "example " (number->string i) " after") (* i 12))))
          (gimp-drawable-invert a FALSE)
          (loop (+ i 1) (cons b before) (cons a after))))))

(define (fse-train image layer pairs model steps)
  (plug-in-few-shot-edit-train RUN-NONINTERACTIVE image layer
                               (vector-length (car pairs)) (car pairs)
                               (vector-length (cadr pairs)) (cadr pairs)
                               "" model 0 steps 64 1 "" 1 '("batch=2")))
