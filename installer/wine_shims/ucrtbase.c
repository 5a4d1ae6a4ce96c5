/* For trials under Wine 8 only, never shipped: the C runtime's functions on complex numbers, which
   numpy needs. MinGW's own are linked in under the same names (the .def exports them); here are the
   parts of a number, and `long double`, which is `double` to Microsoft. Everything else goes on to
   Wine's own ucrtbase. */
#include <complex.h>

#define AS_LONG(name) \
    double complex name##_as_long(double complex value) __asm__(#name "l"); \
    double complex name##_as_long(double complex value) { return name(value); }
AS_LONG(ccos)
AS_LONG(ccosh)
AS_LONG(cexp)
AS_LONG(csin)
AS_LONG(csinh)
AS_LONG(ctan)
AS_LONG(ctanh)
AS_LONG(csqrt)
AS_LONG(clog)

double complex power(double complex of, double complex to) __asm__("cpowl");
double complex power(double complex of, double complex to) { return cpow(of, to); }

#define PART(symbol, type, expression) \
    type part_##symbol(type complex value) __asm__(#symbol); \
    type part_##symbol(type complex value) { return expression; }
PART(creal, double, __real__ value)
PART(creall, double, __real__ value)
PART(crealf, float, __real__ value)
PART(cimag, double, __imag__ value)
PART(cimagl, double, __imag__ value)
PART(cimagf, float, __imag__ value)
PART(cargl, double, carg(value))
PART(cabsl, double, cabs(value))
