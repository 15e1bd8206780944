; SPDX-License-Identifier: GPL-3.0-or-later
;
; Bad input: each call must fail, with the sentence that run-tests expects for
; its name.

(load (string-append (getenv "FSE_TESTS") "/common.scm"))

(define work (getenv "FSE_WORK"))
(define model (string-append work "/errors.fewshot.safetensors"))
(define good-model (string-append work "/layers.fewshot.safetensors"))

(define (train image layer before after folder file steps device settings)
  (plug-in-few-shot-edit-train RUN-NONINTERACTIVE image layer
                               (vector-length before) before (vector-length after) after
                               folder file 0 steps 64 1 device (length settings) settings))

(define (apply-to image layer file strength)
  (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image layer file 1 strength 1 "" 0))

(let* ((made (fse-image 80 64 RGB))
       (image (car made))
       (layer (cadr made))
       (pairs (fse-pairs image 2))
       (before (car pairs))
       (after (cadr pairs))
       (other (fse-image 80 64 RGB))
       (indexed (fse-image 64 64 RGB))
       (closed (fse-image 64 64 RGB))
       (dead (cadr closed))
       (channel (car (gimp-channel-new image 80 64 "Channel" 100 '(0 0 0))))
       (far (fse-layer image "far away" 5)))
  (gimp-image-delete (car closed))
  (gimp-image-insert-channel image channel 0 0)
  (gimp-layer-set-offsets far 500 500)
  (gimp-image-convert-indexed (car indexed) CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 FALSE FALSE "")

  (fse-must-fail "train: no pairs" (train image layer #() #() "" model 2 "" '()))
  (fse-must-fail "train: counts differ" (train image layer before (vector layer) "" model 2 "" '()))
  (fse-must-fail "train: dead layer" (train image layer (vector dead) (vector layer) "" model 2 "" '()))
  (fse-must-fail "train: not a layer" (train image layer (vector channel) (vector layer) "" model 2 "" '()))
  (fse-must-fail "train: indexed layer" (train image layer (vector (cadr indexed)) (vector layer) "" model 2 "" '()))
  (fse-must-fail "train: no overlap" (train image layer (vector layer) (vector far) "" model 2 "" '()))
  (fse-must-fail "train: identical" (train image layer (vector layer) (vector layer) "" model 2 "" '()))
  (fse-must-fail "train: no model file" (train image layer before after "" "" 2 "" '()))
  (fse-must-fail "train: unknown setting" (train image layer before after "" model 2 "" '("colour=blue")))
  (fse-must-fail "train: unknown device" (train image layer before after "" model 2 "no such device" '()))
  (fse-must-fail "train: negative steps" (train image layer before after "" model -1 "" '()))
  (fse-must-fail "train: no such folder" (train image layer #() #() (string-append work "/nowhere") model 2 "" '()))
  (fse-must-fail "train: model cannot be written"
                 (train image layer before after "" (string-append work "/nowhere/m.fewshot.safetensors") 2 "" '()))
  (fse-check "no failed training left a model" (not (file-exists? model)))

  (fse-must-fail "apply: missing model" (apply-to image layer (string-append work "/missing.fewshot.safetensors") 1.0))
  (fse-must-fail "apply: no model" (apply-to image layer "" 1.0))
  (fse-must-fail "apply: truncated model" (apply-to image layer (string-append work "/truncated.fewshot.safetensors") 1.0))
  (fse-must-fail "apply: not a model" (apply-to image layer (string-append work "/text.fewshot.safetensors") 1.0))
  (fse-must-fail "apply: indexed image" (apply-to (car indexed) (cadr indexed) good-model 1.0))
  (fse-must-fail "apply: layer of another image" (apply-to image (cadr other) good-model 1.0))
  (fse-must-fail "apply: not a layer" (apply-to image channel good-model 1.0))
  (fse-must-fail "apply: layer not in any image"
                 (apply-to image (car (gimp-layer-new image 8 8 RGB-IMAGE "loose" 100 LAYER-MODE-NORMAL)) good-model 1.0))
  (fse-must-fail "apply: sampler steps out of range"
                 (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image layer good-model 0 1.0 1 "" 0))
  (fse-must-fail "apply: strength out of range" (apply-to image layer good-model 1.5))
  (define (put-to output target)
    (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image target good-model 1 1.0 1 "" output))
  (fse-must-fail "apply: no such output" (put-to 3 layer))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 5 5)
  (fse-must-fail "apply: selection beside the layer" (put-to 0 far))
  (gimp-selection-none image)
  (gimp-item-set-lock-content layer TRUE)
  ; Before anything is computed: that the model is missing would come later.
  (define (replace-by-missing target)
    (plug-in-few-shot-edit-apply RUN-NONINTERACTIVE image target (string-append work "/missing.fewshot.safetensors") 1 1.0 1 "" 1))
  (fse-must-fail "apply: locked layer replaced" (replace-by-missing layer))
  (gimp-item-set-lock-content layer FALSE)
  (fse-check "no failed applying added a layer" (= (car (gimp-image-get-layers image)) 6))
  (let ((group (car (gimp-layer-group-new image))))
    (gimp-image-insert-layer image group 0 0)
    (gimp-image-insert-layer image (car (gimp-layer-copy layer FALSE)) group 0)
    (fse-must-fail "apply: group replaced" (put-to 1 group))
    (gimp-item-set-lock-content group TRUE)
    (fse-must-fail "apply: layer of a locked group replaced"
                   (replace-by-missing (aref (cadr (gimp-item-get-children group)) 0))))

  (gimp-edit-copy layer)
  (gimp-edit-paste layer FALSE)
  (fse-must-fail "apply: floating selection" (apply-to image layer good-model 1.0))

  (for-each gimp-image-delete (list image (car other) (car indexed))))

(fse-say "end")
