/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calls of CLBlast, and its status codes in words.  It shares numbers 0
 * to -63 with OpenCL, but not all meanings.
 */
#include "operators/clblast.h"

#include <clblast_c.h>

const gchar *
fse_clblast_status_name (gint status)
{
#define STATUS(name, words)                                                   \
  case name:                                                                  \
    return #name ": " words
  switch (status)
    {
      STATUS (CLBlastSuccess, "no error");
      STATUS (CLBlastOpenCLCompilerNotAvailable, "the driver has no compiler");
      STATUS (CLBlastTempBufferAllocFailure, "no memory for its temporary buffer");
      STATUS (CLBlastOpenCLOutOfResources, "the device ran out of resources");
      STATUS (CLBlastOpenCLOutOfHostMemory, "out of main memory");
      STATUS (CLBlastOpenCLBuildProgramFailure, "its kernel does not compile");
      STATUS (CLBlastInvalidValue, "a value is not valid");
      STATUS (CLBlastInvalidCommandQueue, "the queue is not valid");
      STATUS (CLBlastInvalidMemObject, "a buffer is not valid");
      STATUS (CLBlastInvalidBinary, "a compiled kernel is not valid");
      STATUS (CLBlastInvalidBuildOptions, "the compiler refuses its options");
      STATUS (CLBlastInvalidProgram, "its program is not valid");
      STATUS (CLBlastInvalidProgramExecutable, "its program has no executable form");
      STATUS (CLBlastInvalidKernelName, "its kernel is not in the program");
      STATUS (CLBlastInvalidKernelDefinition, "its kernel is not defined alike everywhere");
      STATUS (CLBlastInvalidKernel, "its kernel is not valid");
      STATUS (CLBlastInvalidArgIndex, "a kernel argument's number is not valid");
      STATUS (CLBlastInvalidArgValue, "a kernel argument's value is not valid");
      STATUS (CLBlastInvalidArgSize, "a kernel argument's size is not valid");
      STATUS (CLBlastInvalidKernelArgs, "a kernel argument is missing");
      STATUS (CLBlastInvalidLocalNumDimensions, "too many dimensions of work-items");
      STATUS (CLBlastInvalidLocalThreadsTotal, "its work-group has too many work-items for the device");
      STATUS (CLBlastInvalidLocalThreadsDim, "its work-group is too long in one dimension");
      STATUS (CLBlastInvalidGlobalOffset, "the offset of work-items is not valid");
      STATUS (CLBlastInvalidEventWaitList, "a list of events is not valid");
      STATUS (CLBlastInvalidEvent, "an event is not valid");
      STATUS (CLBlastInvalidOperation, "the device refuses the operation");
      STATUS (CLBlastInvalidBufferSize, "a buffer's size is not valid");
      STATUS (CLBlastInvalidGlobalWorkSize, "the number of work-items is not valid");
      STATUS (CLBlastNotImplemented, "not implemented");
      STATUS (CLBlastInvalidMatrixA, "matrix A is not a buffer");
      STATUS (CLBlastInvalidMatrixB, "matrix B is not a buffer");
      STATUS (CLBlastInvalidMatrixC, "matrix C is not a buffer");
      STATUS (CLBlastInvalidDimension, "a dimension is zero");
      STATUS (CLBlastInvalidLeadDimA, "the leading dimension of A is too small");
      STATUS (CLBlastInvalidLeadDimB, "the leading dimension of B is too small");
      STATUS (CLBlastInvalidLeadDimC, "the leading dimension of C is too small");
      STATUS (CLBlastInsufficientMemoryA, "the buffer of A is too small");
      STATUS (CLBlastInsufficientMemoryB, "the buffer of B is too small");
      STATUS (CLBlastInsufficientMemoryC, "the buffer of C is too small");
      STATUS (CLBlastInsufficientMemoryTemp, "its temporary buffer is too small");
      STATUS (CLBlastInvalidBatchCount, "the number of matrices is not positive");
      STATUS (CLBlastInvalidOverrideKernel, "parameters were set for a kernel it does not have");
      STATUS (CLBlastMissingOverrideParameter, "a parameter of its kernel is missing");
      STATUS (CLBlastInvalidLocalMemUsage, "its kernel needs more local memory than the device has");
      STATUS (CLBlastDatabaseError, "the device was not found in its database");
      STATUS (CLBlastUnknownError, "unknown error");
      STATUS (CLBlastUnexpectedError, "unexpected error");
    default:
      return "a status that is not in its documentation";
    }
#undef STATUS
}

gboolean
fse_clblast_gemm (FseDevice *device, const FseGemm *g, GError **error)
{
  CLBlastTranspose  ta = g->transpose_a ? CLBlastTransposeYes : CLBlastTransposeNo;
  CLBlastTranspose  tb = g->transpose_b ? CLBlastTransposeYes : CLBlastTransposeNo;
  cl_command_queue  queue = fse_device_queue (device);
  CLBlastStatusCode status;
  FseErrorCode      code;

  if (g->batch == 1)
    status = CLBlastSgemm (CLBlastLayoutRowMajor, ta, tb, g->m, g->n, g->k, g->alpha, g->a.mem, g->a.at, g->lda,
                           g->b.mem, g->b.at, g->ldb, g->beta, g->c.mem, g->c.at, g->ldc, &queue, NULL);
  else
    status = CLBlastSgemmStridedBatched (CLBlastLayoutRowMajor, ta, tb, g->m, g->n, g->k, g->alpha, g->a.mem, g->a.at,
                                         g->lda, g->stride_a, g->b.mem, g->b.at, g->ldb, g->stride_b, g->beta,
                                         g->c.mem, g->c.at, g->ldc, g->stride_c, g->batch, &queue, NULL);
  if (status == CLBlastSuccess)
    return TRUE;

  code = status == CLBlastTempBufferAllocFailure || status == CLBlastOpenCLOutOfResources
             || status == CLBlastOpenCLOutOfHostMemory
           ? FSE_ERROR_OUT_OF_MEMORY
           : FSE_ERROR_DEVICE;
  g_set_error (error, FSE_ERROR, code,
               "CLBlast could not multiply %d x %d by %d x %d on %s (%s, %d). "
               "Set FEW_SHOT_EDIT_GEMM=own to do without it.",
               g->m, g->k, g->k, g->n, fse_device_info (device)->name, fse_clblast_status_name (status), status);
  return FALSE;
}

void
fse_clblast_forget (void)
{
  CLBlastClearCache ();
}
