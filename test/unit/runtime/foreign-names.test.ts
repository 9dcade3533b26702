import { expect, test } from 'vitest';
import { isForeignName } from '../../../scripts/runtime/foreign-names.ts';

test('names of what is linked into Node are foreign to the system', () => {
  const names = [
    '_ZN2v88internal4HeapC2Ev',
    '_ZTVN4node7BaseObjectE',
    '_ZNK6icu_7813UnicodeString6lengthEv',
    '_ZN2v85Local4castERKSt6vectorIiSaIiEE',
    'EVP_DigestInit_ex',
    'uv_run',
    'napi_create_object',
  ];
  expect(names.filter((name) => !isForeignName(name))).toEqual([]);
});

test('names of the C and C++ runtimes are not, be they ours too', () => {
  const names = [
    '_Znwm',
    '_ZdaPvm',
    '_ZSt4cout',
    '_ZTISt9exception',
    '_ZTVN10__cxxabiv117__class_type_infoE',
    '_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE6substrEmm',
    '_ZN9__gnu_cxx18stdio_filebufIcSt11char_traitsIcEED0Ev',
    '_ZThn16_NSdD0Ev',
    '_ZGTtNKSt9exception4whatEv',
    'malloc',
    'environ',
    '__cxa_throw',
    'syscall',
    'ucontext',
    'ungetc',
  ];
  expect(names.filter(isForeignName)).toEqual([]);
});
