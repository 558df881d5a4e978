/**
 * What `argFallback` has to be in addition, where it is `Place`, for a function with the parameters `Args`: the index of a
 * parameter whose type is no list is refused at compile time, as is any name where no argument can be a list, or an object
 * that holds one. Of several, each has to be one. A place that is known at run time only is let through.
 */
export type CheckedArgFallback<Place, Args extends readonly unknown[]> = number extends Args["length"] ? unknown
  : Place extends readonly [infer First, ...infer Others]
    ? CheckedArgFallback<First, Args> & CheckedArgFallback<Others, Args>
  : [Place] extends [number] ? number extends Place ? unknown
    : `${Place}` extends infer Index extends keyof Args ? unknown extends Args[Index] ? unknown
      : [Extract<Args[Index], readonly unknown[]>] extends [never]
        ? { readonly "'argFallback' must be the index of a parameter that may be a list": never }
      : unknown
    : { readonly "'argFallback' must be the index of a parameter that may be a list": never }
  : [Place] extends [string] ? unknown extends Args[number] ? unknown
    : [Extract<Args[number], object>] extends [never]
      ? { readonly "'argFallback' must be the name of a parameter that may be a list, or hold one": never }
    : unknown
  : unknown;
