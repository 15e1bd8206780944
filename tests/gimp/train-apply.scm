; SPDX-License-Identifier: GPL-3.0-or-later
;
; The whole way: train on layers and on a folder, apply, and what the result is.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(define work (getenv "FSE_WORK"))
(define model (string-append work "/layers.fewshot.safetensors"))

(define (layer-at image position) (vector-ref (cadr (gimp-image-get-layers image)) position))

(define (same-pixels? a b)
  (let ((same #t) (width (car (gimp-drawable-width a))) (height (car (gimp-drawable-height a))))
    (do ((y 0 (+ y 7))) ((or (not same) (>= y height)) same)
      (do ((x 0 (+ x 5))) ((or (not same) (>= x width)))
        (if (not (equal? (gimp-drawable-get-pixel a x y) (gimp-drawable-get-pixel b x y)))
            (set! same #f))))))

; Every number of a float layer: what differs at all becomes white.
(define (no-difference? image a b)
  (let* ((below (car (gimp-layer-copy a TRUE)))
         (above (car (gimp-layer-copy b TRUE))))
    (gimp-image-insert-layer image below 0 0)
    (gimp-image-insert-layer image above 0 0)
    (gimp-layer-set-mode above LAYER-MODE-DIFFERENCE)
    (let ((merged (car (gimp-image-merge-down image above CLIP-TO-BOTTOM-LAYER))))
      (gimp-drawable-threshold merged HISTOGRAM-VALUE 0.000000001 1.0)
      (= (car (gimp-drawable-histogram merged HISTOGRAM-VALUE 0.0 1.0)) 0))))

(let* ((made (fse-image 80 64 RGB))
       (image (car made))
       (source (cadr made))
       (pairs (fse-pairs image 5)))

  (fse-must-fail "no last values" (plug-in-few-shot-edit-train RUN-WITH-LAST-VALS image source 0 #() 0 #() "" "" 0 0 0 0 "" 0 '()))

  (let ((result (fse-train image source pairs model 6)))
    (fse-check "training on five pairs of layers returns the model's file" (string=? (car result) model))
    (fse-check "training returns the steps that were done" (= (cadr result) 6))
    (fse-check "training returns a loss above 0" (> (caddr result) 0))
    (fse-check "the model's file is there" (file-exists? model)))

  (let ((again (plug-in-few-shot-edit-train RUN-WITH-LAST-VALS image source 0 #() 0 #() "" "" 0 0 0 0 "" 0 '())))
    (fse-check "training is repeated with last values" (and (string=? (car again) model) (= (cadr again) 6))))

  ; One layer above its source, in one undo step.
  (gimp-layer-set-offsets source 7 -3)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 10 30 30)
  (let* ((n (car (gimp-image-get-layers image)))
         (position (car (gimp-image-get-item-position image source)))
         (result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image source model 1 1.0 1 "" 0))))
    (fse-check "applying adds one layer" (= (car (gimp-image-get-layers image)) (+ n 1)))
    (fse-check "the result lies right above its source" (= (layer-at image position) result))
    (fse-check "the result is named after layer, model and strength"
               (string=? (car (gimp-item-get-name result)) "Picture (layers, 100 %)"))
    (fse-check "the result has the selection's box, in the image's coordinates"
               (and (equal? (gimp-drawable-offsets result) (list 20 10))
                    (= (car (gimp-drawable-width result)) 30) (= (car (gimp-drawable-height result)) 30)))
    (fse-check "the selection is the result's mask" (> (car (gimp-layer-get-mask result)) -1)))
  (gimp-selection-none image)

  (let ((result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image source model 1 0.0 1 "" 0))))
    (fse-check "strength 0 gives the same pixels" (same-pixels? source result))
    (fse-check "without a selection there is no mask" (= (car (gimp-layer-get-mask result)) -1)))

  (let ((one (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image source model 1 0.5 7 "" 0)))
        (two (car (plug-in-few-shot-edit-apply RUN-WITH-LAST-VALS image source "" 1 1.0 1 "" 0))))
    (fse-check "applying is repeated with last values" (same-pixels? one two)))

  ; A layer with a mask: what it hides stays hidden.
  (let* ((masked (fse-layer image "Masked" 3))
         (mask (car (gimp-layer-create-mask masked ADD-MASK-BLACK))))
    (gimp-layer-add-mask masked mask)
    (gimp-layer-set-opacity masked 60)
    (let* ((result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image masked model 1 1.0 1 "" 0)))
           (hidden (car (gimp-layer-get-mask result))))
      (fse-check "the source's layer mask hides the same of the result"
                 (and (> hidden -1) (= (vector-ref (cadr (gimp-drawable-get-pixel hidden 20 20)) 0) 0)))
      (fse-check "the result has its source's opacity" (< (abs (- (car (gimp-layer-get-opacity result)) 60)) 0.1))))

  ; A layer in a group.
  (let* ((group (car (gimp-layer-group-new image)))
         (inner (car (gimp-layer-copy source TRUE))))
    (gimp-image-insert-layer image group 0 0)
    (gimp-image-insert-layer image inner group 0)
    (let ((result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image inner model 1 1.0 1 "" 0))))
      (fse-check "the result stays in its source's group" (= (car (gimp-item-get-parent result)) group)))
    (let ((result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image group model 1 1.0 1 "" 0))))
      (fse-check "a layer group is edited as it looks" (= (car (gimp-item-is-group result)) FALSE))))
  (gimp-image-delete image))

; Training changed nothing but the file; applying in an image of its own is one undo step.
(let* ((made (fse-image 80 64 RGB))
       (image (car made)))
  (gimp-image-clean-all image)
  (let ((result (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image (cadr made) model 1 1.0 1 "" 0))))
    (fse-check "applying makes the image dirty" (= (car (gimp-image-is-dirty image)) TRUE)))
  (gimp-image-delete image))

; Gray, 16 bit, float, linear: the result is of the image's kind, and strength 0 keeps every number.
(for-each
  (lambda (kind)
    (let* ((made (fse-image 70 66 (car kind)))
           (image (car made)))
      (if (not (= (car (gimp-image-get-precision image)) (cadr kind)))
          (gimp-image-convert-precision image (cadr kind)))
      (let* ((plain (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image (cadr made) model 1 1.0 1 "" 0)))
             (exact (car (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image (cadr made) model 1 0.0 1 "" 0))))
        (fse-check (string-append (caddr kind) ": applied, and exact at strength 0")
                   (and (= (car (gimp-drawable-type plain)) (car (gimp-drawable-type (cadr made))))
                        (no-difference? image (cadr made) exact))))
      (gimp-image-delete image)))
  (list (list GRAY PRECISION-U8-GAMMA "gray, 8 bit")
        (list RGB PRECISION-U16-GAMMA "RGB, 16 bit")
        (list GRAY PRECISION-U16-LINEAR "gray, 16 bit linear")
        (list RGB PRECISION-FLOAT-GAMMA "RGB, float")
        (list RGB PRECISION-FLOAT-LINEAR "RGB, linear float")
        (list RGB PRECISION-HALF-LINEAR "RGB, linear half")))

; A folder of pictures, and no image at all is needed for it.
(let* ((made (fse-image 64 64 RGB))
       (folder (string-append work "/pairs"))
       (from-folder (string-append work "/folder.fewshot.safetensors"))
       (result (plug-in-few-shot-edit-train RUN-NONINTERACTIVE (car made) (cadr made) 0 #() 0 #()
                                            folder from-folder 0 4 64 1 "" 1 '("batch=2"))))
  (fse-check "training on a folder of pairs" (and (string=? (car result) from-folder) (= (cadr result) 4)))
  (gimp-image-delete (car made)))

(fse-say "end")
